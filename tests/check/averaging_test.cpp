#include <alrao/check/averaging.hpp>

#include <doctest/doctest.h>

#include <sstream>
#include <string>

namespace check_averaging_test {

using namespace alrao;

namespace {

enum class Fault { none, settings, sum, repeat, constant, order, equal, unusable, lost, kept, memory, steps };

/// Bayes' rule, with one fault. Its memory is the sum of all evidence.
template <Fault fault>
struct Faulty {
    static constexpr std::string_view name = "Faulty";
    mutable int calls = 0;

    void validate() const {
        if (fault == Fault::settings) throw ArgumentError("Faulty: never right");
    }
    static std::size_t memory_size(std::size_t copies) { return copies; }
    static void begin(Posterior& posterior) { posterior.memory.assign(posterior.copies(), 0); }

    Evidence update(Posterior& posterior, std::span<const double> l) const {
        const std::size_t n = posterior.copies();
        std::vector<double> next(posterior.log_weights);
        for (std::size_t j = 0; j < n; ++j) next[j] = is_finite(l[j]) ? next[j] + l[j] : log_zero;
        if (!is_finite(log_sum(next))) {
            if (fault == Fault::unusable) ++posterior.steps;
            return Evidence::unusable;
        }
        if (fault == Fault::repeat) next[0] += 0.01 * (++calls % 3);
        if (fault == Fault::constant)
            for (std::size_t j = 0; j < n; ++j) next[j] += 0.01 * next[j] * std::abs(l[0]);
        if (fault == Fault::order || fault == Fault::equal) next[0] += 0.1;
        const double total = log_sum(next);
        for (std::size_t j = 0; j < n; ++j)
            posterior.log_weights[j] = next[j] - total + (fault == Fault::sum ? 0.1 : 0);
        if (fault == Fault::memory) posterior.memory.push_back(1);
        if (fault != Fault::steps) ++posterior.steps;
        return Evidence::used;
    }
    template <class Stays>
    void drop(Posterior& posterior, Stays stays) const {
        if (fault == Fault::kept) return;
        if (fault != Fault::lost) averaging::drop(posterior.log_weights, stays);
        else posterior.log_weights[posterior.copies() / 2] = -1;
    }
};

template <Fault fault>
std::string breaks(std::string_view law) {
    const CheckReport report = check_averaging(Faulty<fault>{});
    std::ostringstream text;
    text << report;
    CAPTURE(text.str());
    REQUIRE_FALSE(report);
    REQUIRE(report.find(law) != nullptr);
    CHECK(text.str().starts_with("averaging policy Faulty: "));
    return report.find(law)->found;
}

}  // namespace

TEST_CASE("the laws hold for the library's policies and for a correct one of the test") {
    const auto keeps = [](const auto& policy) {
        const CheckReport report = check_averaging(policy);
        INFO(report);
        CHECK(report);
        CHECK(report.laws.size() == 10);
    };
    keeps(Switch{});
    keeps(Switch{.theta = 0.5});
    keeps(BayesMixture{});
    keeps(FixedShare{});
    keeps(FixedShare{.alpha = 0.5});
    keeps(Uniform{});
    keeps(Faulty<Fault::none>{});
}

TEST_CASE("each fault breaks its law, and the report describes it") {
    CHECK(breaks<Fault::settings>(averaging_law::settings) == "Faulty: never right");
    CHECK(breaks<Fault::sum>(averaging_law::sum).find("1 copy: after batch 0 the weights sum to 1.1") == 0);
    CHECK(breaks<Fault::repeat>(averaging_law::repeat).find("in batch 0") != std::string::npos);
    CHECK(breaks<Fault::constant>(averaging_law::constant).find(" added in batch ") != std::string::npos);
    CHECK(breaks<Fault::order>(averaging_law::order).find("2 copies: copy 0 has weight ") == 0);
    CHECK(breaks<Fault::equal>(averaging_law::equal).find("2 copies: copy 1 has weight ") == 0);
    CHECK(breaks<Fault::unusable>(averaging_law::unusable) ==
          "1 copy: a batch of -inf is unusable and changes the posterior");
    breaks<Fault::kept>(averaging_law::lost);  // drop does nothing
    CHECK(breaks<Fault::lost>(averaging_law::lost).find("copy 1 has weight 0.36") != std::string::npos);
    CHECK(breaks<Fault::memory>(averaging_law::memory) ==
          "1 copy: the memory has 2 numbers, memory_size() "
          "returns 1");
    CHECK(breaks<Fault::steps>(averaging_law::steps) == "2 copies: steps changed from 0 to 0");
}

}  // namespace check_averaging_test
