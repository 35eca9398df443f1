#include <alrao/train/split.hpp>

#include "toy.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <set>
#include <utility>
#include <vector>

namespace train_split_test {

using namespace alrao;

namespace {

struct Numbered {
    std::vector<float> inputs;
    std::vector<std::int32_t> labels;
    explicit Numbered(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            inputs.push_back(static_cast<float>(i));
            labels.push_back(static_cast<std::int32_t>(i));
        }
    }
    Dataset<float> view() const { return Dataset<float>(inputs, labels); }
};

std::vector<std::int32_t> labels_of(const Dataset<float>& data) {
    std::vector<std::int32_t> labels;
    for (std::size_t i = 0; i < data.size(); ++i) labels.push_back(data.label(i));
    return labels;
}

template <class Images>
concept CanSplit = requires(Images&& images) { split(std::forward<Images>(images), 0.5, Seed{1}); };

}  // namespace

TEST_CASE("the parts have no common samples and contain all") {
    const Numbered numbers(101);
    const Split<float> parts = split(numbers.view(), 0.8, Seed{3});
    CHECK(parts.train.size() == 81);
    CHECK(parts.validation.size() == 20);
    const auto train = labels_of(parts.train), validation = labels_of(parts.validation);
    std::set<std::int32_t> all(train.begin(), train.end());
    all.insert(validation.begin(), validation.end());
    CHECK(all.size() == 101);
    for (std::size_t i = 0; i < 20; ++i)  // nothing was copied, inputs belong to their labels
        CHECK(*parts.validation.inputs(i) == static_cast<float>(validation[i]));
    CHECK(parts.train.inputs(0) == numbers.inputs.data() + train[0]);
}

TEST_CASE("equal seeds give equal parts, other seeds do not; the order is random") {
    const Numbered numbers(50);
    const auto once = labels_of(split(numbers.view(), 0.5, Seed{7}).train);
    CHECK(once == labels_of(split(numbers.view(), 0.5, Seed{7}).train));
    CHECK(once != labels_of(split(numbers.view(), 0.5, Seed{8}).train));
    CHECK_FALSE(std::is_sorted(once.begin(), once.end()));
}

TEST_CASE("no part is ever empty") {
    const Numbered numbers(2);
    for (const double fraction : {0.01, 0.5, 0.99}) {
        const auto parts = split(numbers.view(), fraction, Seed{1});
        CHECK(parts.train.size() == 1);
        CHECK(parts.validation.size() == 1);
    }
}

TEST_CASE("a part can be split again, and images can be split directly") {
    const Numbered numbers(40);
    const auto outer = split(numbers.view(), 0.5, Seed{1});
    const auto inner = split(outer.train, 0.5, Seed{1});
    CHECK(inner.validation.size() == 10);
    const toy::Images images{std::vector<float>(8), {0, 1, 0, 1}, 4, 1, 2, 1, 2};
    CHECK(split(images, 0.75, Seed{1}).train.size() == 3);
    static_assert(CanSplit<const toy::Images&>);
    static_assert(!CanSplit<toy::Images>);
}

TEST_CASE("fractions outside (0, 1) and single samples are refused") {
    const Numbered numbers(10), one(1);
    for (const double bad : {0.0, 1.0, -0.1, 90.0, std::numeric_limits<double>::quiet_NaN()})
        CHECK_THROWS_AS((void)split(numbers.view(), bad, Seed{1}), ArgumentError);
    CHECK_THROWS_AS((void)split(one.view(), 0.5, Seed{1}), ArgumentError);
}

TEST_CASE("split_at keeps the order") {
    const Numbered numbers(10);
    const auto parts = split_at(numbers.view(), 8);
    CHECK(labels_of(parts.train) == std::vector<std::int32_t>{0, 1, 2, 3, 4, 5, 6, 7});
    CHECK(labels_of(parts.validation) == std::vector<std::int32_t>{8, 9});
    CHECK(labels_of(split_at(parts.train, 7).validation) == std::vector<std::int32_t>{7});
    CHECK_THROWS_AS((void)split_at(numbers.view(), 0), ArgumentError);
    CHECK_THROWS_AS((void)split_at(numbers.view(), 10), ArgumentError);
}

}  // namespace train_split_test
