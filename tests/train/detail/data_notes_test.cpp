#include <alrao/ops/flatten.hpp>
#include <alrao/train/detail/data_notes.hpp>
#include <alrao/train/fit.hpp>

#include "../../error_of.hpp"
#include "../toy.hpp"
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace train_detail_data_notes_test {

using namespace alrao;
using Messages = std::vector<std::string>;

namespace {

struct Three : Model<Input<3>, Dense<2>, SoftmaxClassifier<2>> {
    using Model::Model;
};
struct NormalizedThree : Model<Input<3>, Normalize, Dense<2>, SoftmaxClassifier<2>> {
    using Model::Model;
};
struct NormalizedMany : Model<double, Input<30>, Normalize, Dense<2>, GaussianRegressor<4>> {
    using Model::Model;
};
struct Colours : Model<Input<2, 2, 3>, Normalize, Flatten, SoftmaxClassifier<2>> {
    using Model::Model;
};

/// The notes on samples whose numbers are offset[c] +- scale[c] in each column c.
template <class Net>
Messages notes_of(std::vector<float> scale, std::vector<float> offset = {0, 0, 0}, Net net = Net{Seed{1}},
                  std::size_t samples = 100) {
    std::vector<float> inputs;
    const std::vector<std::int32_t> labels(samples, 1);
    for (std::size_t i = 0; i < samples; ++i)
        for (std::size_t c = 0; c < scale.size(); ++c)
            inputs.push_back(offset[c] + (i % 2 == 0 ? scale[c] : -scale[c]));
    const Dataset<float> data(inputs.data(), labels.data(), samples, Extents{scale.size()});
    Messages notes;
    (void)detail::look_at_data(net, data, nullptr, notes);
    return notes;
}

/// The notes on these inputs and targets of toy::Regression.
Messages regression_notes(const std::vector<double>& inputs, const std::vector<double>& targets,
                          toy::Regression net = toy::Regression{Seed{1}}) {
    Messages notes;
    (void)detail::look_at_data(net, Dataset<double>(inputs, targets), nullptr, notes);
    return notes;
}

}  // namespace

TEST_CASE("inputs near 1 have no note; notes on small, large and unequal ones name Normalize") {
    CHECK(notes_of<Three>({1, 1, 1}).empty());
    CHECK(notes_of<Three>({15, 0.5F, 0.02F}).empty());
    CHECK(notes_of<Three>({0.5F, 0.5F, 0.5F}, {0.5F, 0.5F, 0.5F}).empty());
    CHECK(notes_of<Three>({1, 1, 0}).empty());  // a column that is not used
    for (const float size : {1e-30F, 1e-4F, 1e-2F, 0.09F}) {
        const Messages small = notes_of<Three>({size, size, size / 2});
        REQUIRE(small.size() == 1);
        CHECK(small[0].starts_with("inputs reach only "));
        CHECK(small[0].ends_with(", too little to be learned from: normalise them (see Normalize)"));
    }
    const Messages narrow = notes_of<Three>({0.01F, 0.01F, 0.01F}, {5, 5, 5});
    REQUIRE(narrow.size() == 1);
    CHECK(narrow[0] ==
          "inputs vary by only 0.0100, too little to be learned from: normalise them (see "
          "Normalize)");
    CHECK(notes_of<Three>({20, 1, 1})[0] == "inputs reach 20.0000: normalise them (see Normalize)");
    CHECK(notes_of<Three>({1000, 1, 1e-3F})[0] ==
          "inputs reach 1000.0000, but input column 2 varies by only 0.0010: normalise them (see "
          "Normalize)");
    CHECK(notes_of<Three>({1e-3F, 1, 1e-2F})[0] ==
          "inputs vary by up to 1.0000, but input columns 0 and 2 vary by only 0.0100: normalise "
          "them "
          "(see Normalize)");
    CHECK(notes_of<Three>({0, 0, 0}) == Messages{"all inputs are 0: nothing can be learned from them"});
    CHECK(notes_of<Three>({0, 0, 0}, {0, 1, 0}) ==
          Messages{"inputs do not vary: nothing can be learned from them"});
    CHECK(notes_of<NormalizedThree>({1e-3F, 1000, 1e-2F}).empty());
}

TEST_CASE("most numbers decide: rare large ones, small columns beside others, offsets") {
    // Two columns of 500 samples: middle[c] +- half[c], evenly spread, in different orders.
    const auto notes_of_uniform = [](std::vector<double> middle, std::vector<double> half,
                                     double outlier = 0) {
        std::vector<float> inputs;
        Philox random(Seed{1}, 0);
        for (std::size_t i = 0; i < 500; ++i)
            for (std::size_t c = 0; c < 2; ++c)
                inputs.push_back(static_cast<float>(middle[c] + half[c] * (2 * random.uniform() - 1)));
        if (outlier > 0) inputs[200] = static_cast<float>(outlier);
        const std::vector<std::int32_t> labels(500, 1);
        toy::Plain net{Seed{1}};
        Messages notes;
        (void)detail::look_at_data(net, Dataset<float>(inputs, labels), nullptr, notes);
        return notes;
    };
    CHECK(notes_of_uniform({0, 0}, {1, 1}).empty());
    CHECK(notes_of_uniform({0, 0}, {1, 0.2}).empty());
    CHECK(notes_of_uniform({0.5, 0.5}, {0.5, 0.5}).empty());
    for (const double small : {0.011, 0.03, 0.05}) {
        const Messages lost = notes_of_uniform({0, 0}, {1, small});
        REQUIRE(lost.size() == 1);
        CHECK(lost[0].starts_with("inputs vary by up to 0.9"));
        CHECK(lost[0].find("but input column 1 varies by only 0.0") != std::string::npos);
    }
    const Messages rare = notes_of_uniform({0, 0}, {0.001, 0.001}, 1);
    REQUIRE(rare.size() == 1);
    CHECK(rare[0].starts_with("inputs vary by only 0.00"));
    for (const double half : {0.11, 0.2, 0.5, 1.0, 2.0}) {
        const Messages apart = notes_of_uniform({0, 10}, {1, half});
        REQUIRE(apart.size() == 1);
        CHECK(apart[0].find("input column 1 varies") != std::string::npos);
        CHECK(apart[0].ends_with(": normalise them (see Normalize)"));
    }
    CHECK(notes_of_uniform({0, 10}, {1, 4}).empty());

    // No notes on categories, which can be rare, small or far from 0.
    std::vector<float> inputs;
    for (std::size_t i = 0; i < 300; ++i)
        inputs.insert(inputs.end(), {i % 100 == 0 ? 0.05F : 0.0F, i % 2 == 0 ? 1.0F : -1.0F});
    const std::vector<std::int32_t> labels(300, 1);
    toy::Plain net{Seed{1}};
    Messages notes;
    (void)detail::look_at_data(net, Dataset<float>(inputs, labels), nullptr, notes);
    CHECK(notes.empty());
}

TEST_CASE("columns that Normalize treats as constant are noted, in one note of each kind") {
    CHECK(notes_of<NormalizedThree>({1, 0, 1}, {0, 1.7e18F, 0}) ==
          Messages{"input column 1 is constant (1.7e+18): Normalize makes it 0"});
    const Messages lost = notes_of<NormalizedThree>({1, 0.005F, 0.1F}, {0, 101325, 1e5F});
    REQUIRE(lost.size() == 2);
    CHECK(
        lost[0].starts_with("input column 1 is treated as constant: numbers vary by no more than the "
                            "rounding of float (column 1: deviation 0.00"));
    CHECK(
        lost[0].ends_with(", mean 101325.0000, rounding 0.0121); subtract the mean before conversion to "
                          "float, or use Model<double, ...>"));
    CHECK(
        lost[1].starts_with("input column 2 is nearly constant: numbers vary by few units of the "
                            "rounding of float (column 2: deviation 0.1"));

    std::vector<double> inputs, targets;
    for (std::size_t i = 0; i < 50; ++i) {
        for (std::size_t c = 0; c < 30; ++c)
            inputs.push_back(c < 20 ? 5 : 101325 + 0.005 * std::sin(static_cast<double>(i + c)));
        for (std::size_t d = 0; d < 4; ++d) targets.push_back(d == 2 ? 1 : static_cast<double>(i));
    }
    NormalizedMany net{Seed{1}};
    Messages notes;
    const Dataset<double> data(inputs, targets, Extents{30});
    (void)detail::look_at_data(net, data, &data, notes);
    CHECK(notes == Messages{"input columns 0, 1, 2 and 17 more are constant: Normalize makes them 0",
                            "target 2 is constant (1.0000): there is nothing to learn about it"});
    // Only here: the next fit keeps the constants.
    CHECK(fit_statistics(net, data) == notes);
    notes.clear();
    (void)detail::look_at_data(net, data, &data, notes);
    CHECK(notes.empty());
}

TEST_CASE("columns of images are channels") {
    std::vector<float> images;
    for (std::size_t i = 0; i < 40; ++i) images.insert(images.end(), {static_cast<float>(i), 0.5F, 1e5F});
    const std::vector<std::int32_t> labels(10, 0);
    Colours net{Seed{1}};
    Messages notes;
    const Dataset<float> data(images.data(), labels.data(), 10, Extents{2, 2, 3});
    (void)detail::look_at_data(net, data, nullptr, notes);
    CHECK(notes == Messages{"input channels 1 and 2 are constant: Normalize makes them 0"});
    // A part has its own constants, here those of one image.
    notes.clear();
    (void)detail::look_at_data(net, data.part({3}), nullptr, notes);
    CHECK(notes == Messages{"input channels 1 and 2 are constant: Normalize makes them 0"});
}

TEST_CASE("constants that do not fit the data are noted") {
    std::vector<double> inputs, targets;
    for (int i = 0; i < 50; ++i) {
        inputs.push_back(i / 50.0);
        targets.push_back(100 * i);
    }
    toy::Regression net{Seed{1}};
    normalize_by(net, {0.5}, {0.3});
    CHECK(regression_notes(inputs, targets, net).empty());
    normalize_by(net, {127}, {64});
    standardize_targets_by(net, {0}, {1});
    CHECK(
        regression_notes(inputs, targets, net) ==
        Messages{"after standardisation by Normalize, inputs vary by only 0.0077: check whether its mean and "
                 "deviation were computed for these data",
                 "after standardisation by the head (see standardize_targets_by), targets reach 4900.0000: "
                 "check whether its mean and deviation were computed for these data"});
    normalize_by(net, {0.001}, {0.003});
    standardize_targets_by(net, {0}, {1e6});
    const Messages notes = regression_notes(inputs, targets, net);
    REQUIRE(notes.size() == 2);
    CHECK(notes[0].starts_with("after standardisation by Normalize, inputs reach 326.3333"));
    CHECK(notes[1].find("standardize_targets_by), targets vary by only 0.0024: ") != std::string::npos);
    standardize_targets_by(net, {0}, {1});
    normalize_by(net, {0}, {1});
    CHECK(regression_notes(inputs, std::vector<double>(50, 0.0), net).empty());
}

TEST_CASE("validation data of another scale are noted, numbers that are not finite refused") {
    const toy::Quadrants quadrants(100, Seed{1});
    const auto notes_beside = [&](float factor, std::size_t samples) {
        toy::Quadrants other(samples, Seed{2});
        for (float& x : other.points) x *= factor;
        toy::Plain net{Seed{1}};
        Messages notes;
        const Dataset<float> data = quadrants.view(), validation = other.view();
        (void)detail::look_at_data(net, data, &validation, notes);
        return notes;
    };
    CHECK(notes_beside(1, 100).empty());
    CHECK(notes_beside(4, 100).empty());
    for (const float factor : {255.0F, 1.0F / 255}) {
        const Messages notes = notes_beside(factor, 100);
        REQUIRE(notes.size() == 1);
        CHECK(notes[0].starts_with("inputs of the validation data reach "));
        CHECK(notes[0].ends_with(": scale both alike"));
    }
    CHECK(notes_beside(1.0F / 255, 3).empty());  // too few samples to be representative
    CHECK(error_of([&] {
              notes_beside(std::numeric_limits<float>::infinity(), 3);
          }).starts_with("alrao: fit: validation: input 0 of sample 0 is "));
}

TEST_CASE("small inputs, constant columns and other scales are noted before the first step") {
    toy::Quadrants quadrants(100, Seed{1});
    for (float& x : quadrants.points) x *= 1e-3F;
    toy::Plain net{Seed{1}};
    const History small = fit(net, Sgd{.rate = 0.1}, quadrants.view());
    REQUIRE(small.messages.size() == 1);
    CHECK(small.messages[0].starts_with("inputs reach only 0.00"));
    CHECK(small.messages[0].find("Normalize") != std::string::npos);

    const std::vector<double> inputs(20, 1.7e18),
        targets{1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0};
    toy::Regression constant{Seed{1}};
    struct {
        std::size_t noted = 0;
        void fit_begin(const FitBegin& event) { noted = event.history.messages.size(); }
    } begin;
    const History history = fit(constant, Adam{}, Dataset<double>(inputs, targets), {}, begin);
    CHECK(history.messages ==
          std::vector<std::string>{"input column 0 is constant (1.7e+18): Normalize makes it 0"});
    CHECK(begin.noted == 1);
}

TEST_CASE("a pressure that varies by some mPa is learned in double, for any mean") {
    const auto rmse_at = [](double mean) {
        std::vector<double> inputs, targets;
        for (int i = 0; i < 100; ++i) {
            inputs.push_back(mean + 0.005 * std::sin(i * 0.7));
            targets.push_back(mean + std::sin(i * 0.7));
        }
        toy::Regression net{Seed{1}};
        const Dataset<double> data(inputs, targets);
        OneRateOptimizer optimizer(net, Sgd{.rate = 0.1});
        CHECK(fit(net, optimizer, data, {.epochs = 100, .batch_size = 10}).messages.empty());
        return evaluate(net, data).rmse;
    };
    const double at_zero = rmse_at(0);
    CHECK(at_zero < 0.1);
    for (const double mean : {101325.0, -2460000.5, 1.7e9})
        CHECK(rmse_at(mean) == doctest::Approx(at_zero).epsilon(0.01));
}

TEST_CASE("targets of any size are learned in double") {
    for (const double size : {1e-200, 1.0, 1e200}) {
        CAPTURE(size);
        std::vector<double> inputs, targets;
        for (int i = 0; i < 100; ++i) {
            inputs.push_back(0.01 * i);
            targets.push_back(size * std::sin(0.06 * i));
        }
        toy::Regression net{Seed{1}};
        const Dataset<double> data(inputs, targets);
        OneRateOptimizer optimizer(net, Sgd{.rate = 0.1});
        const History history = fit(net, optimizer, data, {.epochs = 100, .batch_size = 10});
        CHECK(history.messages.empty());
        CHECK(evaluate(net, data).rmse / size < 0.2);
        CHECK(evaluate(net, data).rmse > 0);
    }
}

}  // namespace train_detail_data_notes_test
