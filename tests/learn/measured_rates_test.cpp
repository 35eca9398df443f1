// Covers: learn/measured_centre.hpp, learn/rate_centre.hpp, learn/centre.hpp
#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/learn/measured_rates.hpp>
#include <alrao/learn/step.hpp>
#include <alrao/ops.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/train.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace learn_measured_rates_test {

using namespace alrao;

namespace {

struct Net : Model<double, Input<5>, Dense<7>, Tanh, LayerNorm, Dense<6>, ReLU,
                   AveragedHead<SoftmaxClassifier<3>, 5>> {
    using Model::Model;
};
struct Linear : Model<Input<5>, AveragedHead<SoftmaxClassifier<3>, 3>> {
    using Model::Model;
};

constexpr std::size_t samples = 8, steps = 40;

template <class T>
struct Samples {
    explicit Samples(std::uint64_t number) {
        Philox random(Seed{5}, number);
        for (std::size_t i = 0; i < 5 * samples; ++i) inputs.push_back(static_cast<T>(random.normal()));
        for (std::size_t r = 0; r < samples; ++r)
            labels.push_back(inputs[5 * r] > T(0.3) ? 0 : inputs[5 * r + 1] > 0 ? 1 : 2);
    }
    Batch<T> batch() const {
        return {.inputs = inputs.data(), .truth = {.labels = labels.data()}, .samples = samples};
    }
    std::vector<T> inputs;
    std::vector<std::int32_t> labels;
};

/// One training with an optimizer, step by step.
template <class N, class Optimizer>
struct Training {
    Training(N& model, Optimizer& by, int count = 1)
        : net(model), optimizer(by), threads(count), pass(samples, threads) {}
    void step(std::uint64_t number) {
        const Samples<typename N::scalar> data(number);
        take_step(net, optimizer, pass, data.batch());
    }
    N& net;
    Optimizer& optimizer;
    Threads threads;
    TrainingPass<N> pass;
};

using Default = AlraoOptimizer<Net, rule::NAdamW>;

MeasuredRates all_numbers() {
    MeasuredRates rates;
    rates.centre.every = 1;
    return rates;
}

/// The method written down a second time, number by number, in double.
class Reference {
public:
    Reference(const Net& net, const Default& optimizer)
        : w(net.parameter_buffer().begin(), net.parameter_buffer().end()),
          x(w),
          m(w.size()),
          v(w.size()),
          sums(w.size()),
          average(w.size()),
          d(Net::parameters.size(), 1e-5),
          r(Net::parameters.size()),
          rates(optimizer.rates()) {}

    void step(std::span<const double> g, std::size_t t) {
        const double part = static_cast<double>(t), total = steps;
        const double s = std::min(1.0, part / (0.02 * total)) * std::min(1.0, (1 - (part - 1) / total) / 0.7);
        const double b2 = std::min(1 - std::pow(part, -0.8), 0.999), b3 = std::sqrt(b2);
        double logs = 0, matrices = 0;
        for (std::size_t p = 0; p < d.size(); ++p) {
            const ParameterEntry& entry = Net::parameters[p];
            const double weight = d[p] / 1e-5 * d[p] * s;
            double product = 0, magnitude = 0;
            for (std::size_t i = entry.offset; i < entry.offset + entry.elements(); ++i) {
                product += g[i] * (x[i] - w[i]);
                sums[i] = b3 * sums[i] + weight * g[i];
                magnitude += std::abs(sums[i]);
            }
            r[p] = b3 * r[p] + weight * product;
            if (magnitude > 0) d[p] = std::max(d[p], r[p] / magnitude);
            if (entry.role == Role::weight && entry.copies == 0) logs += std::log(d[p]), ++matrices;
        }
        const double mean = std::exp(logs / matrices);
        for (std::size_t p = 0; p < d.size(); ++p) {
            const ParameterEntry& entry = Net::parameters[p];
            const double centre = std::sqrt(mean * d[p]);
            for (std::size_t e = 0; e < entry.elements(); ++e) {
                const std::size_t i = entry.offset + e;
                const double rate = s * centre * rates.row(p)[e % entry.columns];
                m[i] = 0.9 * m[i] + 0.1 * g[i];
                v[i] = b2 * v[i] + (1 - b2) * g[i] * g[i];
                const double mean_of_both =
                    0.9 * m[i] / (1 - std::pow(0.9, part + 1)) + 0.1 * g[i] / (1 - std::pow(0.9, part));
                const double step = mean_of_both / (std::sqrt(v[i]) + 1e-8);
                if (entry.role == Role::weight) w[i] *= 1 - 0.01 * rate;
                w[i] -= rate * step;
                average[i] += std::max(1 / part, 1 / std::max(1.0, 0.05 * total)) * (w[i] - average[i]);
            }
        }
    }
    std::vector<double> w, x, m, v, sums, average, d, r;
    const FeatureRates<Net>& rates;
};

double distance(std::span<const double> a, std::span<const double> b) {
    double largest = a.size() == b.size() ? 0 : std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        largest = std::max(largest, std::abs(a[i] - b[i]));
    return largest;
}

}  // namespace

TEST_CASE("the steps are those of the method, number by number") {
    Net net(Seed{1});
    Default optimizer{net, all_numbers(), Seed{2}};
    optimizer.close_schedule(steps);
    Reference reference(net, optimizer);
    Training training(net, optimizer);
    for (std::size_t t = 1; t <= steps; ++t) {
        CAPTURE(t);
        training.step(t);
        reference.step(std::as_const(training.pass).gradients(), t);
        CHECK(distance(net.parameter_buffer(), reference.w) < 1e-11);
    }
    CHECK(distance(net.parameter_buffer(), reference.x) > 0.05);
    optimizer.use_average(net);
    CHECK(distance(net.parameter_buffer(), reference.average) < 1e-11);
}

TEST_CASE(
    "rates are spread by half a decade around the centres, those of the copies evenly around three times the centre") {
    Net net(Seed{1});
    const Default optimizer{net, MeasuredRates{}, Seed{2}};
    const auto head = optimizer.rates().row(Net::parameters.size() - 1);
    for (std::size_t copy = 0; copy < 5; ++copy)
        CHECK(head[3 * copy] == doctest::Approx(3 * std::pow(10, -0.5 + 0.25 * static_cast<double>(copy))));
    for (const double rate : optimizer.rates().row(0))
        CHECK((is_zero(rate) || (rate > 0.316 && rate < 3.163)));
    CHECK(optimizer.centre(0) == doctest::Approx(1e-5));
}

TEST_CASE("the rate of a copy contains the measured centre, in the history of a fit as well") {
    Net net(Seed{1});
    Default optimizer{net, MeasuredRates{}, Seed{2}};
    CHECK(optimizer.copy_rate(2) == doctest::Approx(3e-5));
    const Samples<double> arrays(1);
    const Dataset<double> data(arrays.inputs, arrays.labels, {5});
    const History history = fit(net, optimizer, data, {.epochs = 30, .batch_size = 4});
    const double centre = optimizer.centre(Net::parameters.size() - 2);
    CHECK(centre > 1e-4);
    CHECK(optimizer.copy_rate(2) == doctest::Approx(3 * centre));
    REQUIRE(history.copy_rates.size() == 5);
    CHECK(history.copy_rates[2] == optimizer.copy_rate(2));
}

TEST_CASE("the same bits on 1, 2 and 3 threads, and from a snapshot in the middle") {
    std::vector<double> wanted;
    for (const int count : {1, 2, 3}) {
        Net net(Seed{1});
        Default optimizer{net, MeasuredRates{}, Seed{2}};
        optimizer.close_schedule(steps);
        Training training(net, optimizer, count);
        for (std::size_t t = 1; t <= 20; ++t) training.step(t);
        Net middle = net;
        const auto snapshot = optimizer.snapshot();
        for (std::size_t t = 21; t <= steps; ++t) training.step(t);
        std::vector<double> end(net.parameter_buffer().begin(), net.parameter_buffer().end());
        if (wanted.empty()) wanted = end;
        CHECK(end == wanted);

        Default other{middle, MeasuredRates{}, Seed{77}};
        other.close_schedule(steps);
        other.restore(middle, snapshot);
        Training resumed(middle, other, count);
        for (std::size_t t = 21; t <= steps; ++t) resumed.step(t);
        CHECK(std::equal(wanted.begin(), wanted.end(), middle.parameter_buffer().begin()));
    }
}

TEST_CASE("a network without a trunk trains") {
    Linear net(Seed{1});
    AlraoOptimizer<Linear, rule::NAdamW> optimizer{net, OpenMeasuredRates{}, Seed{2}};
    Training training(net, optimizer);
    double first = 0, last = 0;
    for (std::size_t t = 1; t <= 300; ++t) {
        const Samples<float> data(t % 20);
        const double loss = take_step(net, optimizer, training.pass, data.batch()).loss.mean_loss();
        (t <= 20 ? first : last) += t <= 20 || t > 280 ? loss : 0;
    }
    CHECK(last < 0.6 * first);
    CHECK(optimizer.centre(0) > 1e-4);
}

TEST_CASE("gradients that are too large for the sums leave the centres as they are") {
    Net net(Seed{1});
    Threads threads(1);
    RateCentre<Net> centre(Centre(centre::Measured{}), std::as_const(net).parameter_buffer());
    std::vector<double> gradients(Net::parameter_elements, 1.0);
    centre.observe(net.parameter_buffer(), gradients, 1, 1, threads);
    centre.accept();
    const auto before = centre.values();
    for (const double bad : {std::numeric_limits<double>::max(), std::numeric_limits<double>::infinity()}) {
        std::fill(gradients.begin(), gradients.end(), bad);
        centre.observe(net.parameter_buffer(), gradients, 2, 1, threads);
        centre.accept();
        CHECK(centre.values() == before);
        for (const double number : centre.arrays()) CHECK(is_finite(number));
    }
}

TEST_CASE("a second observation replaces the first; a copy continues by itself") {
    Net net(Seed{1});
    Threads threads(1);
    const Centre policy = centre::Measured{};
    RateCentre<Net> once(policy, std::as_const(net).parameter_buffer()), twice = once;
    std::vector<double> gradients(Net::parameter_elements), other(Net::parameter_elements, 3.0);
    Philox random(Seed{4}, 0);
    for (std::uint64_t t = 1; t < 9; ++t) {
        for (double& g : gradients) g = random.normal();
        twice.observe(net.parameter_buffer(), other, t, 0.5, threads);
        for (RateCentre<Net>* one : {&once, &twice}) {
            one->observe(net.parameter_buffer(), gradients, t, 1, threads);
            one->accept();
        }
        for (std::size_t i = 0; i < Net::parameter_elements; ++i)
            net.parameter_buffer()[i] -= 0.01 * gradients[i];
        CHECK(once.values() == twice.values());
        CHECK(std::equal(once.arrays().begin(), once.arrays().end(), twice.arrays().begin()));
    }
    CHECK(once.values()[0] > 1e-5);
}

TEST_CASE("retired copies do not influence the centres") {
    Net net(Seed{1});
    Default optimizer{net, MeasuredRates{}, Seed{2}};
    optimizer.close_schedule(steps);
    Training training(net, optimizer);
    for (std::size_t t = 1; t <= 10; ++t) training.step(t);
    net.posterior().retired[1] = 10;
    Averaging(Switch{}).drop(net.posterior(), [](std::size_t j) { return j != 1; });
    Net other_net = net;
    Default other{other_net, MeasuredRates{}, Seed{2}};
    other.close_schedule(steps);
    other.restore(other_net, optimizer.snapshot());
    Training with_new_memory(other_net, other);
    for (std::size_t t = 11; t <= 20; ++t) training.step(t), with_new_memory.step(t);
    CHECK(distance(net.parameter_buffer(), other_net.parameter_buffer()) == 0);
    CHECK(optimizer.centre(Net::parameters.size() - 1) == other.centre(Net::parameters.size() - 1));
}

TEST_CASE("settings that make no sense are errors") {
    Net net(Seed{1});
    for (const centre::Measured& wrong :
         {centre::Measured{.start = 0}, centre::Measured{.start = 2}, centre::Measured{.beta2 = 1},
          centre::Measured{.growth = -1}, centre::Measured{.every = 0}}) {
        MeasuredRates rates;
        rates.centre = wrong;
        CHECK_THROWS_AS((Default{net, rates, Seed{2}}), ArgumentError);
    }
}

TEST_CASE("options take precedence over the rates; the forms differ in schedule and average") {
    Net net(Seed{1});
    const auto factor = [&](const MeasuredRates& rates, const OptimizerOptions& options, std::uint64_t step) {
        Default optimizer{net, rates, Seed{2}, options};
        optimizer.close_schedule(100);
        return optimizer.schedule()(step);
    };
    CHECK(factor({}, {}, 25) == 1);
    CHECK(factor({}, {}, 65) == doctest::Approx(0.5));
    CHECK(factor(LongMeasuredRates{}, {}, 25) == 0.75);
    CHECK(factor(OpenMeasuredRates{}, {}, 9) == 0.5);
    CHECK(factor(OpenMeasuredRates{}, {}, 99) == 1);
    CHECK(factor({}, {.schedule = schedule::Linear{}}, 25) == 0.75);
    const Default averaging{net, MeasuredRates{}, Seed{2}};
    CHECK(averaging.averages_weights());
    CHECK(averaging.centre_name() == "Measured");
}

}  // namespace learn_measured_rates_test
