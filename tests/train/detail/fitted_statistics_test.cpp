#include <alrao/ops/flatten.hpp>
#include <alrao/train/detail/fitted_statistics.hpp>

#include "../../error_of.hpp"
#include "../toy.hpp"
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace train_detail_fitted_statistics_test {

using namespace alrao;

namespace {

struct TinyImages : Model<Input<1, 2, 2>, Normalize, Flatten, SoftmaxClassifier<2>> {
    using Model::Model;
};
struct Selecting : Model<Input<1>, GaussianRegressor<3>> {
    using Model::Model;
};

template <class Net>
std::vector<double> statistic(Net& net, std::size_t node, const char* name) {
    const auto values = detail::statistic(net, node, name);
    return {values.begin(), values.end()};
}

}  // namespace

TEST_CASE("Normalize gets mean and deviation of each channel over samples and pixels, once") {
    TinyImages net{Seed{1}};
    const std::vector<float> inputs{1, 10, 3, 10, 5, 10, 7, 10};  // channel 0: 1 3 5 7
    const std::vector<std::int32_t> labels{0, 1};
    fit_statistics(net, Dataset<float>(inputs.data(), labels.data(), 2, Extents{1, 2, 2}));
    CHECK(statistic(net, 0, "mean") == std::vector<double>{4, 10});
    CHECK(statistic(net, 0, "deviation")[0] == doctest::Approx(std::sqrt(5.0)));
    CHECK(statistic(net, 0, "deviation")[1] == 1);  // constant channel
    const std::vector<float> others(8, 99);
    fit_statistics(net, Dataset<float>(others.data(), labels.data(), 2, Extents{1, 2, 2}));
    CHECK(statistic(net, 0, "mean") == std::vector<double>{4, 10});
}

TEST_CASE("constants can be set, and are kept") {
    TinyImages net{Seed{1}};
    normalize_by(net, {0.5, 2}, {0.25, 4});
    const std::vector<float> inputs(8, 3);
    const std::vector<std::int32_t> labels{0, 1};
    fit_statistics(net, Dataset<float>(inputs.data(), labels.data(), 2, Extents{4}));
    CHECK(statistic(net, 0, "mean") == std::vector<double>{0.5, 2});
    CHECK(statistic(net, 0, "deviation") == std::vector<double>{0.25, 4});
    CHECK_THROWS_AS(normalize_by(net, {1}, {1}), ArgumentError);
    CHECK_THROWS_AS(normalize_by(net, {1, 1}, {1, 0}), ArgumentError);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_AS(normalize_by(net, {1, nan}, {1, 1}), ArgumentError);
    CHECK(statistic(net, 0, "mean") == std::vector<double>{0.5, 2});
}

TEST_CASE("a regression gets the scale of its targets, unless it was set") {
    toy::Regression net{Seed{1}};
    const std::vector<double> inputs{1, 2, 3, 4}, targets{10, 20, 30, 40};
    fit_statistics(net, Dataset<double>(inputs, targets));
    CHECK(statistic(net, 3, "target_mean")[0] == 25);
    CHECK(statistic(net, 3, "target_deviation")[0] == doctest::Approx(std::sqrt(125.0)));
    CHECK(statistic(net, 0, "mean")[0] == 2.5);

    toy::Regression given{Seed{1}};
    standardize_targets_by(given, {0}, {1});
    fit_statistics(given, Dataset<double>(inputs, targets));
    CHECK(statistic(given, 3, "target_mean")[0] == 0);
    CHECK(statistic(given, 3, "target_deviation")[0] == 1);
    CHECK_THROWS_AS(standardize_targets_by(given, {0, 0}, {1, 1}), ArgumentError);
}

TEST_CASE("if outputs are selected, all share the scale of the targets") {
    Selecting net{Seed{1}};
    const std::vector<float> inputs{1, 2}, targets{-1, 3};
    const std::vector<std::int32_t> chosen{2, 0};
    fit_statistics(net, Dataset<float>(inputs, targets).with_selected(chosen));
    CHECK(statistic(net, 0, "target_mean") == std::vector<double>{1, 1, 1});
    CHECK(statistic(net, 0, "target_deviation") == std::vector<double>{2, 2, 2});
}

TEST_CASE("numbers that cannot be standardised in float are refused, and nothing changes") {
    const std::vector<std::int32_t> labels{0, 1};
    const auto refusal_of = [&](std::vector<float> inputs) {
        TinyImages net{Seed{1}};
        std::string text;
        try {
            fit_statistics(net, Dataset<float>(inputs.data(), labels.data(), 2, Extents{1, 2, 2}));
        } catch (const ArgumentError& error) {
            text = error.what();
        }
        CHECK((text.empty() ? 1 : 0) == statistic(net, 0, "fitted")[0]);
        return text;
    };
    CHECK(refusal_of({0, 1, 0, 2, 0, 3, 0, 4}).empty());
    CHECK(refusal_of({0, 1e30F, 0, -1e30F, 0, 1e30F, 0, -1e30F}).empty());
    const std::string small = refusal_of({1, 1e-42F, 2, 2e-42F, 3, 3e-42F, 4, 4e-42F});
    CHECK(small.starts_with("alrao: fit: channel 1 cannot be standardised: with mean "));
    CHECK(small.ends_with("scale the data"));
    CHECK(refusal_of({1, 3e38F, 2, 3e38F, 3, 3e38F, 4, -3e38F}).find("numbers of up to 3") !=
          std::string::npos);

    toy::Regression net{Seed{1}};
    const double largest = std::numeric_limits<double>::max();
    const std::vector<double> inputs{1, 2, 3, 4}, targets{0, largest, largest, -largest};
    CHECK_THROWS_AS(fit_statistics(net, Dataset<double>(inputs, targets)), ArgumentError);
    CHECK(statistic(net, 0, "fitted")[0] == 0);
    CHECK(statistic(net, 3, "fitted")[0] == 0);
    TinyImages given{Seed{1}};
    CHECK_THROWS_AS(normalize_by(given, {0, 0}, {1, 1e-45}), ArgumentError);
}

TEST_CASE("large means, rare weights and numbers that are not finite") {
    // A pressure in Pa that varies by some mPa.
    std::vector<double> inputs, targets;
    for (int i = 0; i < 100; ++i) {
        inputs.push_back(101325 + 0.005 * std::sin(i * 0.7));
        targets.push_back(1.7e9 + 0.02 * std::sin(i * 0.7));
    }
    toy::Regression net{Seed{1}};
    fit_statistics(net, Dataset<double>(inputs, targets));
    CHECK(statistic(net, 0, "deviation")[0] * 1000 == doctest::Approx(3.51459).epsilon(1e-5));
    CHECK(statistic(net, 3, "target_deviation")[0] * 100 == doctest::Approx(1.40584).epsilon(1e-4));

    // Class weights affect the loss; they do not change the constants.
    const std::vector<float> images{1, 10, 3, 20, 5, 30, 7, 40};
    const std::vector<std::int32_t> labels{0, 1};
    const Dataset<float> data(images.data(), labels.data(), 2, Extents{1, 2, 2});
    TinyImages plain{Seed{1}}, weighted{Seed{1}}, of_part{Seed{1}};
    fit_statistics(plain, data);
    fit_statistics(weighted, data.with_class_weights({0, 1}));
    CHECK(statistic(plain, 0, "mean") == std::vector<double>{4, 25});
    CHECK(statistic(weighted, 0, "mean") == statistic(plain, 0, "mean"));
    fit_statistics(of_part, data.part({1}));
    CHECK(statistic(of_part, 0, "mean") == std::vector<double>{6, 35});

    TinyImages other{Seed{1}};
    const std::vector<float> broken{1, 10, 3, std::numeric_limits<float>::infinity(), 5, 30, 7, 40};
    CHECK(error_of([&] {
              fit_statistics(other, Dataset<float>(broken.data(), labels.data(), 2, Extents{4}));
          }) == "alrao: fit: input 3 of sample 0 is inf, which is not finite");
    CHECK(error_of([&] {
              fit_statistics(other, Dataset<float>(images.data(), labels.data(), 2, Extents{3}));
          }).starts_with("alrao: fit_statistics: a sample has extents [3]"));
    CHECK(statistic(other, 0, "fitted")[0] == 0);
}

}  // namespace train_detail_fitted_statistics_test
