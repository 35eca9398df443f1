#include <alrao/train/evaluate.hpp>

#include "toy.hpp"

#include <alrao/train/predict.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace train_evaluate_test {

using namespace alrao;

namespace {

struct Expected {
    double loss = 0, weight = 0, correct = 0;
};

/// The evaluation computed from predicted probabilities, sample by sample.
Expected naive(const toy::Plain& net, const Dataset<float>& data) {
    Expected e;
    for (std::size_t i = 0; i < data.size(); ++i) {
        float p[2];
        predict(net, std::span<const float>(data.inputs(i), 2), std::span<float>(p));
        const auto weight = static_cast<double>(data.weight(i));
        e.loss -= weight * std::log(static_cast<double>(p[data.label(i)]));
        e.weight += weight;
        e.correct += (p[1] > p[0]) == (data.label(i) == 1) ? 1 : 0;
    }
    return e;
}

void compare(const toy::Plain& net, const Dataset<float>& data, const EvaluateOptions& options) {
    const Expected expected = naive(net, data);
    const Evaluation got = evaluate(net, data, options);
    CHECK(got.loss == doctest::Approx(expected.loss / expected.weight).epsilon(1e-5));
    CHECK(got.accuracy == expected.correct / static_cast<double>(data.size()));
    CHECK(got.samples == data.size());
}

}  // namespace

TEST_CASE("an evaluation equals that of single predictions, for any batch size, order and weights") {
    const toy::Quadrants quadrants(53, Seed{1});
    const toy::Plain net{Seed{4}};
    const Dataset<float> data = quadrants.view();
    for (const std::size_t batch : {1U, 16U, 53U, 1000U}) compare(net, data, {.batch_size = batch});
    compare(net, data.part({52, 3, 3, 17}), {.batch_size = 3});
    compare(net, data.with_class_weights({1, 10}), {.batch_size = 16, .threads = 2});
}

TEST_CASE("a regression is evaluated in the units of its targets") {
    const toy::Slope slope(20, Seed{1});
    const toy::Regression net{Seed{2}};
    double squares = 0;
    std::vector<double> means(20);
    predict(net, std::span<const double>(slope.inputs), std::span<double>(means));
    for (std::size_t i = 0; i < 20; ++i)
        squares += (means[i] - slope.targets[i]) * (means[i] - slope.targets[i]);
    const Evaluation e = evaluate(net, slope.view(), {.batch_size = 7});
    CHECK(e.task == Task::regression);
    CHECK(e.rmse == doctest::Approx(std::sqrt(squares / 20)).epsilon(1e-12));
}

TEST_CASE("the best copy can be evaluated; data that do not fit are refused") {
    const toy::Quadrants quadrants(40, Seed{1});
    toy::Averaged net{Seed{4}};
    const double mixture = evaluate(net, quadrants.view()).loss;
    CHECK(evaluate(net, quadrants.view(), {.averaged = Averaged::best_copy}).loss != mixture);
    const std::vector<float> wide(6);
    const std::vector<std::int32_t> labels{0, 1};
    CHECK_THROWS_AS((void)evaluate(net, Dataset<float>(wide, labels)), ArgumentError);
    CHECK_THROWS_AS((void)evaluate(net, quadrants.view(), {.batch_size = 0}), ArgumentError);
}

TEST_CASE("a copy that is not finite for one sample is excluded for that sample only, in any batch") {
    struct Two : Model<Input<2>, AveragedHead<SoftmaxClassifier<2>, 2>> {
        using Model::Model;
    };
    Two net{Seed{1}};
    const ParameterEntry& weight = Two::parameters[0];
    for (const std::size_t copy : {0U, 1U})  // input `copy` makes copy `copy` overflow
        net.parameter_buffer()[weight.offset + copy * weight.columns + copy * weight.inner] = 3e38F;
    const std::vector<float> inputs{10, 0, 0, 10};
    const std::vector<std::int32_t> labels{1, 0};
    const Dataset data(inputs, labels);
    const Evaluation alone = evaluate(net, data, {.batch_size = 1});
    CHECK(std::isfinite(alone.loss));
    CHECK(evaluate(net, data, {.batch_size = 2}).loss == doctest::Approx(alone.loss).epsilon(1e-6));
}

}  // namespace train_evaluate_test
