#include <alrao/learn/averaging.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace learn_averaging_test {

using namespace alrao;
using Losses = std::vector<std::vector<double>>;

namespace {

/// A user's policy: all weight for the best copy of the last batch; counts how often each copy was the best.
struct FollowTheLeader {
    static constexpr std::string_view name = "FollowTheLeader";

    void validate() const {}
    [[nodiscard]] static std::size_t memory_size(std::size_t copies) { return copies; }
    static void begin(Posterior&) {}  // the memory is 0
    static Evidence update(Posterior& posterior, std::span<const double> l) {
        const auto best = static_cast<std::size_t>(std::max_element(l.begin(), l.end()) - l.begin());
        posterior.memory[best] += 1;
        for (std::size_t j = 0; j < l.size(); ++j) posterior.log_weights[j] = j == best ? 0 : log_zero;
        ++posterior.steps;
        return Evidence::used;
    }
};

}  // namespace

TEST_CASE("a user's policy keeps a memory that the library does not interpret") {
    const Averaging averaging = FollowTheLeader{};
    Posterior posterior(3);
    for (const std::vector<double>& l : Losses{{-1, -2, -3}, {-2, -1, -3}, {-1, -4, -3}})
        REQUIRE(averaging.update(posterior, l) == Evidence::used);
    CHECK(posterior.policy == "FollowTheLeader");
    CHECK(posterior.memory == std::vector<double>{2, 1, 0});
    CHECK(posterior.weight(0) == 1);
    averaging.drop(posterior, [](std::size_t j) { return j != 0; });
    CHECK(posterior.weight(0) == 0);
    CHECK(posterior.weight(2) == doctest::Approx(0.5));
}

TEST_CASE("another policy begins with the current weights; an invalid memory of Switch is refused") {
    Posterior posterior(2);
    const Averaging switching, bayes = BayesMixture{};
    REQUIRE(switching.update(posterior, std::vector<double>{-1, -2}) == Evidence::used);
    CHECK(posterior.memory.size() == 4);
    REQUIRE(bayes.update(posterior, std::vector<double>{-1, -2}) == Evidence::used);
    CHECK(posterior.memory.empty());
    CHECK(posterior.policy.empty());
    REQUIRE(switching.update(posterior, std::vector<double>{-1, -2}) == Evidence::used);
    CHECK_NOTHROW(switching.require_consistent(posterior));
    posterior.memory[0] = -100;
    CHECK_THROWS_AS(switching.require_consistent(posterior), ArgumentError);
    posterior.memory.pop_back();
    CHECK_THROWS_AS(switching.require_consistent(posterior), ArgumentError);
    posterior.memory.clear();
    CHECK_NOTHROW(switching.require_consistent(posterior));
}

namespace {
struct Counting : FollowTheLeader {
    static constexpr std::string_view name = "Counting";
    static void begin(Posterior& posterior) { posterior.memory[2] = 100; }
};
}  // namespace

TEST_CASE("`begin` is called once for a posterior, not at each update") {
    const Averaging averaging = Counting{};
    Posterior posterior(3);
    for (int t = 0; t < 3; ++t) averaging.update(posterior, std::vector<double>{-1, -2, -3});
    CHECK(posterior.memory == std::vector<double>{3, 0, 100});
}

TEST_CASE("policies are equal if they are of one type with equal settings") {
    CHECK(Averaging{Switch{}} == Averaging{});
    CHECK_FALSE(Averaging{Switch{0.9}} == Averaging{});
    CHECK_FALSE(Averaging{Uniform{}} == Averaging{BayesMixture{}});
    CHECK_FALSE(Averaging{FollowTheLeader{}} == Averaging{FollowTheLeader{}});  // it has no operator==
    CHECK(Averaging{Uniform{}}.name() == "Uniform");
}

}  // namespace learn_averaging_test
