#include <alrao/ops/gaussian_head.hpp>

#include "../laws/law_nets.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ops_gaussian_head_test {

using namespace alrao;

namespace {
struct PlainGaussian : Model<double, Input<2>, GaussianRegressor<2>> {
    using Model::Model;
};
struct Copies : Model<double, Input<1>, AveragedHead<GaussianRegressor<1>, 3>> {
    using Model::Model;
};
}  // namespace

TEST_CASE("predictions are in the units of the targets, the loss in standardised units") {
    Threads threads(1);
    PlainGaussian net(Seed{1});
    for (std::size_t d = 0; d < 2; ++d) {
        net.statistic_buffer()[PlainGaussian::statistics[0].offset + d] = 10;  // mean
        net.statistic_buffer()[PlainGaussian::statistics[1].offset + d] = 4;   // deviation
    }
    const double x[] = {1, -2}, y[] = {9, 14};
    const double* weight = net.parameter_buffer().data();
    const double* bias = weight + PlainGaussian::parameters[1].offset;
    Workspace<PlainGaussian> workspace(1, threads);
    const Block<const double> got = workspace.run(net, x, 1);
    double loss = 0, squares = 0;
    for (std::size_t d = 0; d < 2; ++d) {
        const double m = x[0] * weight[d] + x[1] * weight[16 + d] + bias[d];
        CHECK(got.data[d] == doctest::Approx(10 + 4 * m).epsilon(1e-13));
        const double apart = m - (y[d] - 10) / 4;
        loss += 0.5 * (apart * apart + std::log(2 * std::numbers::pi));
        squares += 16 * apart * apart;
    }
    const BatchLoss sums = workspace.evaluate(net, {.inputs = x, .truth = {.targets = y}, .samples = 1});
    CHECK(sums.loss == doctest::Approx(loss).epsilon(1e-12));
    CHECK(sums.squared_error == doctest::Approx(squares).epsilon(1e-12));
}

TEST_CASE("errors of very large and very small targets are neither infinite nor 0") {
    Threads threads(1);
    for (const double unit : {1e-300, 1e-170, 1e-100, 1.0, 1e100, 1e170, 1e300}) {
        CAPTURE(unit);
        PlainGaussian net(Seed{1});
        for (std::size_t d = 0; d < 2; ++d) {
            net.statistic_buffer()[PlainGaussian::statistics[0].offset + d] = 10 * unit;
            net.statistic_buffer()[PlainGaussian::statistics[1].offset + d] = 4 * unit;
        }
        const double x[] = {1, -2}, y[] = {9 * unit, 14 * unit};
        Workspace<PlainGaussian> workspace(1, threads);
        const Block<const double> got = workspace.run(net, x, 1);
        const double a = got.data[0] / unit - 9, b = got.data[1] / unit - 14;
        const BatchLoss sums = workspace.evaluate(net, {.inputs = x, .truth = {.targets = y}, .samples = 1});
        CHECK(std::sqrt(sums.squared_error) * (sums.error_unit / unit) ==
              doctest::Approx(std::sqrt(a * a + b * b)).epsilon(1e-12));
        if (unit > 1e-101 && unit < 1e101) CHECK(sums.error_unit == 1);
    }
}

TEST_CASE(
    "a regression predicts by its best copy or, on request, the mean; its loss is that of the mixture") {
    static_assert(Averaged::posterior_mean == Averaged::mixture);
    Threads threads(1);
    Copies net(Seed{1});
    const double mean_of[] = {1.5, -2, 4}, weight_of[] = {0.3, 0.5, 0.2};
    double* const bias = net.parameter_buffer().data() + Copies::parameters[1].offset;
    std::copy_n(mean_of, 3, bias);
    std::fill_n(net.parameter_buffer().data(), 3, 0.0);
    for (std::size_t j = 0; j < 3; ++j) net.posterior().log_weights[j] = std::log(weight_of[j]);
    const double x = 1, y = 1;
    Workspace<Copies> workspace(1, threads);
    const Batch<double> examples{.inputs = &x, .truth = {.targets = &y}, .samples = 1};
    const auto density = [&](std::size_t j) {
        return std::exp(-(mean_of[j] - y) * (mean_of[j] - y) / 2) / std::sqrt(2 * std::numbers::pi);
    };
    double mean = 0, mixture = 0;
    for (std::size_t j = 0; j < 3; ++j) {
        mean += weight_of[j] * mean_of[j];
        mixture += weight_of[j] * density(j);
    }
    const auto check = [&](Averaged averaged, double prediction, double loss) {
        CHECK(*workspace.run(net, &x, 1, 1, averaged).data == doctest::Approx(prediction));
        const BatchLoss sums = workspace.evaluate(net, examples, averaged);
        CHECK(sums.loss == doctest::Approx(loss).epsilon(1e-12));
        CHECK(sums.squared_error == doctest::Approx((prediction - y) * (prediction - y)));
    };
    check(Averaged::standard, -2, -std::log(mixture));
    check(Averaged::mixture, mean, -std::log(mixture));
    check(Averaged::best_copy, -2, -std::log(density(1)));
    CHECK(*workspace.run(net, &x, 1).data == doctest::Approx(-2));
}

TEST_CASE("only the selected output has a gradient; an invalid selection is refused") {
    Threads threads(1);
    PlainGaussian net(Seed{1});
    const double x[] = {1, -2}, y[] = {9};
    std::int32_t selected = 1;
    TrainingPass<PlainGaussian> pass(1, threads);
    const Batch<double> examples{.inputs = x, .truth = {.targets = y, .selected = &selected}, .samples = 1};
    pass.forward(net, examples, {}, false);
    pass.backward(net, false);
    CHECK(pass.gradients()[0] == 0);
    CHECK(pass.gradients()[1] != 0);
    selected = 2;
    CHECK_THROWS_AS(pass.forward(net, examples, {}, false), ArgumentError);
    CHECK_THROWS_AS(pass.forward(net, {.inputs = x, .samples = 1}, {}, false), ArgumentError);
}

}  // namespace ops_gaussian_head_test
