#include <alrao/learn/feature_rates.hpp>

#include "small_task.hpp"
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace learn_feature_rates_test {

using namespace alrao;

namespace {
using Net = small::Mlp<float, 5>;
using Rates = FeatureRates<Net>;
const LogUniform interval{1e-3, 1};
}  // namespace

TEST_CASE("drawn rates are in the interval; a feature has one rate in all parameters of its group") {
    const Rates rates = Rates::drawn(interval, Seed{2}, RateGroups::per_feature);
    CHECK(rates.interval() == interval);
    for (std::size_t p = 0; p < Net::parameters.size(); ++p)
        for (std::size_t f = 0; f < Net::parameters[p].features; ++f) {
            CHECK(rates.of(p, f) >= 1e-3F);
            CHECK(rates.of(p, f) <= 1.0F);
            CHECK_FALSE(rates.is_pruned(p, f));
            if (p == 1) CHECK(rates.of(0, f) == rates.of(1, f));
        }
    for (std::size_t j = 0; j < 5; ++j) CHECK(rates.of_copy(j) == static_cast<float>(interval.spread(j, 5)));
    CHECK_FALSE(rates.any_pruned(rates.numbers()));
    CHECK(rates.accepts(rates.numbers().span()));
}

TEST_CASE("a constant rate is equal for all parameters; an invalid rate is refused") {
    const Rates rates = Rates::constant(0.25);
    CHECK(rates.interval() == LogUniform{0.25, 0.25});
    for (std::size_t p = 0; p < Net::parameters.size(); ++p) CHECK(rates.of(p, 0) == 0.25F);
    CHECK_THROWS_AS((void)Rates::constant(0), ArgumentError);
}

TEST_CASE("scaled rates are the rates times the factor of the last scale") {
    Rates rates = Rates::drawn(interval, Seed{2}, RateGroups::per_feature);
    for (const double factor : {1.0, 0.5, 0.5, 0.0}) {
        rates.scale(factor);
        CHECK(rates.factor() == factor);
        for (std::size_t p = 0; p < Net::parameters.size(); ++p) {
            float largest = 0;
            for (std::size_t at = 0; at < rates.row(p).size(); ++at) {
                REQUIRE(rates.scaled(p)[at] == rates.row(p)[at] * static_cast<float>(factor));
                largest = std::max(largest, rates.scaled(p)[at]);
            }
            CHECK(rates.largest(p) == largest);
        }
    }
}

TEST_CASE("a pruned feature has rate 0 in all parameters of its group, and only there") {
    for (const RateGroups groups : {RateGroups::per_feature, RateGroups::official, RateGroups::per_weight}) {
        Rates rates = Rates::drawn(interval, Seed{2}, groups);
        const Rates before = rates;
        rates.scale(0.5);
        rates.prune(Net::parameters[0].group, 3);
        for (std::size_t p = 0; p < Net::parameters.size(); ++p)
            for (std::size_t f = 0; f < Net::parameters[p].features; ++f) {
                const bool gone = Net::parameters[p].group == Net::parameters[0].group && f == 3;
                CHECK(rates.is_pruned(p, f) == gone);
                CHECK(rates.of(p, f) == (gone ? 0 : before.of(p, f)));
            }
        CHECK(rates.any_pruned(rates.numbers()));
        CHECK_FALSE(rates.any_pruned(before.numbers()));
        rates.scale(0.5);  // the same factor: the scaled rates must be updated after pruning
        CHECK(rates.scaled(0)[3] == 0);
        CHECK(rates.scaled(0)[4] == before.row(0)[4] / 2);
    }
}

TEST_CASE("restored rates are scaled anew; rates of another size or sign are not accepted") {
    Rates rates = Rates::constant(0.25);
    rates.scale(1);
    rates.restore(AlignedBuffer<float>(Rates::constant(0.5).numbers()));
    rates.scale(1);
    CHECK(rates.scaled(0)[0] == 0.5F);
    std::vector<float> numbers(rates.size(), 1.0F);
    CHECK(rates.accepts(numbers));
    for (const float bad : {-1.0F, std::numeric_limits<float>::infinity(), std::nanf("")}) {
        numbers[7] = bad;
        CHECK_FALSE(rates.accepts(numbers));
    }
    numbers.assign(rates.size() - 1, 1.0F);
    CHECK_FALSE(rates.accepts(numbers));
    const Rates moved = std::move(rates);
    CHECK(moved.numbers().size() == moved.size());
    CHECK(rates.numbers().size() == 0);
    CHECK(rates.size() == moved.size());
}

}  // namespace learn_feature_rates_test
