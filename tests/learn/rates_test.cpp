#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/embedding.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/lstm.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/learn/rates.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

namespace learn_rates_test {

using namespace alrao;

namespace {

using Mlp =
    Network<Input<20>, Dense<48>, BatchNorm, ReLU, Dense<7>, ReLU, AveragedHead<SoftmaxClassifier<3>, 5>>;
using Words = Network<Tokens, Embedding<50, 6>, LSTM<4>, AveragedHead<SoftmaxClassifier<3>, 2>>;

const LogUniform usual_interval{1e-5, 10};

/// The rate of each parameter of the trunk, read from its row, and the number of different rates.
template <class Net>
std::vector<std::vector<double>> all_rates(RateGroups groups) {
    const auto rows = rates::lay_out(Net::parameters, groups);
    std::vector<double> storage(rates::elements(rows));
    std::vector<std::vector<double>> all;
    for (std::size_t p = 0; p < Net::parameters.size(); ++p) {
        const ParameterEntry& entry = Net::parameters[p];
        REQUIRE(rows[p].rows * rows[p].period == entry.elements());
        const auto row = std::span(storage).subspan(rows[p].offset, rows[p].period);
        if (entry.copies > 0) {
            rates::spread(entry, usual_interval, row);
        } else {
            rates::draw(entry, p, groups, usual_interval, Seed{3}, row);
        }
        std::vector<double> each;
        for (std::size_t i = 0; i < entry.elements(); ++i) each.push_back(row[i % rows[p].period]);
        all.push_back(each);
    }
    return all;
}

std::size_t different(const std::vector<double>& rates) {
    return std::set<double>(rates.begin(), rates.end()).size();
}

}  // namespace

TEST_CASE("every parameter of the trunk has exactly one rate, in the usual_interval") {
    for (const RateGroups groups : {RateGroups::per_feature, RateGroups::official, RateGroups::per_weight}) {
        const auto mlp = all_rates<Mlp>(groups);
        const auto words = all_rates<Words>(groups);
        for (const auto& rates : {mlp[0], mlp[1], mlp[2], mlp[3], mlp[4], mlp[5], words[0], words[1],
                                  words[2], words[3], words[4]})
            for (const double rate : rates) REQUIRE((rate >= 1e-5 && rate <= 10));
    }
}

TEST_CASE("per feature: weights and bias of a unit, scale and shift, and all gates share a rate") {
    const auto mlp = all_rates<Mlp>(RateGroups::per_feature);
    for (std::size_t i = 0; i < mlp[0].size(); ++i) REQUIRE(mlp[0][i] == mlp[1][i % 48]);
    CHECK(different(mlp[0]) == 48);
    CHECK(mlp[2] == mlp[3]);
    CHECK(mlp[2] != mlp[1]);
    CHECK(different(mlp[4]) == 7);

    const auto words = all_rates<Words>(RateGroups::per_feature);
    CHECK(different(words[0]) == 6);
    for (std::size_t p = 1; p < 5; ++p) {
        CHECK(different(words[p]) == 4);
        for (std::size_t i = 0; i < words[p].size(); ++i) REQUIRE(words[p][i] == words[1][i % 4]);
    }
}

TEST_CASE("official: each gate row, recurrent row, scale and shift has its own rate") {
    const auto mlp = all_rates<Mlp>(RateGroups::official);
    CHECK(different(mlp[0]) == 48);
    for (std::size_t c = 0; c < 48; ++c) REQUIRE(mlp[0][c] == mlp[1][c]);
    CHECK(mlp[2] != mlp[3]);
    const auto words = all_rates<Words>(RateGroups::official);
    CHECK(different(words[1]) == 16);
    CHECK(different(words[2]) == 16);
    CHECK(words[1][0] != words[2][0]);
}

TEST_CASE("per weight: one rate each") {
    const auto mlp = all_rates<Mlp>(RateGroups::per_weight);
    CHECK(different(mlp[0]) == 20 * 48);
    CHECK(different(mlp[4]) == 48 * 7);
    CHECK(mlp[1][0] != mlp[0][0]);
}

TEST_CASE("copies are evenly spaced for all groupings; padding has rate 0") {
    for (const RateGroups groups : {RateGroups::per_feature, RateGroups::per_weight}) {
        const auto mlp = all_rates<Mlp>(groups);
        const ParameterEntry& head = Mlp::parameters[6];
        REQUIRE(head.columns == 16);
        for (std::size_t i = 0; i < mlp[6].size(); ++i) {
            const std::size_t copy = i % 16 / 3;
            REQUIRE(mlp[6][i] == (copy < 5 ? usual_interval.spread(copy, 5) : 0));
        }
    }
    const ParameterEntry& head = Mlp::parameters[6];
    std::vector<float> row(16, 9.0F);
    rates::constant(head, 0.1, std::span(row));
    for (std::size_t c = 0; c < 16; ++c) CHECK(row[c] == (c < 15 ? 0.1F : 0.0F));
}

TEST_CASE("the drawn rates are log-uniform: Kolmogorov and Smirnov") {
    using Wide = Network<Input<2>, Dense<4000>, AveragedHead<SoftmaxClassifier<2>, 2>>;
    std::vector<double> row(4000);
    rates::draw(Wide::parameters[0], 0, RateGroups::per_feature, usual_interval, Seed{11}, std::span(row));
    std::sort(row.begin(), row.end());
    double distance = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const double law = std::log(row[i] / 1e-5) / std::log(1e6);
        distance = std::max(
            {distance, law - static_cast<double>(i) / 4000, static_cast<double>(i + 1) / 4000 - law});
    }
    CHECK(distance < 1.95 / std::sqrt(4000.0));  // p = 0.001
}

}  // namespace learn_rates_test
