#include <alrao/layers/activation.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/model/predict.hpp>
#include <alrao/model/training_pass.hpp>
#include <alrao/ops/activation.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/density_loss.hpp>
#include <alrao/ops/gaussian_head.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <vector>

namespace ops_density_loss_test {

using namespace alrao;

namespace {

/// The Gaussian head of the library, implemented by its density.
template <std::size_t Outputs>
struct Normal {
    static constexpr std::string_view name = "Normal";
    static constexpr std::size_t outputs = Outputs;
    static constexpr bool standardizes_targets = false;
    static constexpr Task task = Task::regression;
    static constexpr Facts facts(const Shape& input) { return layers::head_facts(input, 1, outputs, false); }
    static double log_density(double m, double y) {
        return -0.5 * (y - m) * (y - m) - 0.5 * std::log(2 * std::numbers::pi);
    }
    static double slope(double m, double y) { return m - y; }
    template <std::size_t Copies>
    using Loss = DensityLoss<Normal, Copies>;
};

template <class Head>
struct Net : Model<double, Input<2>, Dense<4>, Tanh, Head> {
    using Model<double, Input<2>, Dense<4>, Tanh, Head>::Model;
};

struct Data {
    std::vector<double> x{0.5, -1, 2, 0.25, -0.75, 1.5}, y{1, -1, 0.5, 2, 0.25, -0.5}, one{1, -1, 0.5};
    std::vector<double> weights{1, 0.5, 2};
    std::vector<std::int32_t> selected{1, 0, 1};

    [[nodiscard]] Batch<double> batch(bool weighted, bool select) const {
        return {.inputs = x.data(),
                .truth = {.targets = select ? one.data() : y.data(),
                          .selected = select ? selected.data() : nullptr,
                          .weights = weighted ? weights.data() : nullptr},
                .samples = 3};
    }
};

template <class Other, class Own>
void check_equal(bool weighted, bool select) {
    Net<Other> other(Seed{1});
    Net<Own> own(Seed{1});
    std::copy(other.parameter_buffer().begin(), other.parameter_buffer().end(),
              own.parameter_buffer().begin());
    const Data data;
    Threads threads;
    TrainingPass<Net<Other>> of_other(3, threads);
    TrainingPass<Net<Own>> of_own(3, threads);
    const BatchLoss a = of_other.forward(other, data.batch(weighted, select), {1, 1}, false);
    const BatchLoss b = of_own.forward(own, data.batch(weighted, select), {1, 1}, false);
    CHECK(b.loss == doctest::Approx(a.loss).epsilon(1e-12));
    CHECK(b.weight == doctest::Approx(a.weight));
    for (std::size_t j = 0; j < of_own.log_likelihood().size(); ++j)
        CHECK(of_own.log_likelihood()[j] == doctest::Approx(of_other.log_likelihood()[j]).epsilon(1e-12));
    of_other.backward(other, false);
    of_own.backward(own, false);
    for (std::size_t i = 0; i < of_own.gradients().size(); ++i)
        CHECK(of_own.gradients()[i] == doctest::Approx(of_other.gradients()[i]).epsilon(1e-12));
    for (const Averaged averaged : {Averaged::standard, Averaged::mixture, Averaged::best_copy}) {
        Workspace<Net<Other>> runs_other(3, threads);
        Workspace<Net<Own>> runs_own(3, threads);
        const BatchLoss c = runs_other.evaluate(other, data.batch(weighted, select), averaged);
        const BatchLoss d = runs_own.evaluate(own, data.batch(weighted, select), averaged);
        CHECK(d.loss == doctest::Approx(c.loss).epsilon(1e-12));
        CHECK(d.squared_error == doctest::Approx(c.squared_error).epsilon(1e-12));
    }
}

}  // namespace

TEST_CASE("a Gaussian DensityLoss equals the library's head: loss, likelihoods, gradients, predictions") {
    for (const bool weighted : {false, true})
        for (const bool select : {false, true}) {
            check_equal<GaussianRegressor<2>, Normal<2>>(weighted, select);
            check_equal<AveragedHead<GaussianRegressor<2>, 3>, AveragedHead<Normal<2>, 3>>(weighted, select);
        }
}

TEST_CASE("a copy that is not finite is ignored; targets are required") {
    using Averaging = Net<AveragedHead<Normal<1>, 2>>;
    Averaging net(Seed{1});
    for (const ParameterEntry& entry : Averaging::parameters)
        if (entry.copies > 0) net.parameter_buffer()[entry.offset] = std::numeric_limits<double>::infinity();
    const Data data;
    Threads threads;
    TrainingPass<Averaging> pass(3, threads);
    const BatchLoss loss = pass.forward(
        net, {.inputs = data.x.data(), .truth = {.targets = data.one.data()}, .samples = 3}, {1, 1}, false);
    CHECK(loss.any_finite);
    CHECK(is_finite(loss.loss));
    CHECK_FALSE(is_finite(pass.log_likelihood()[0]));
    CHECK(is_finite(pass.log_likelihood()[1]));
    CHECK_THROWS_AS(pass.forward(net, {.inputs = data.x.data(), .samples = 3}, {1, 1}, false), ArgumentError);
}

}  // namespace ops_density_loss_test
