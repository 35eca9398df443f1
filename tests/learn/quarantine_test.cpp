#include <alrao/learn/quarantine.hpp>

#include "small_task.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

using namespace alrao;

namespace {

template <class T>
const T infinity = std::numeric_limits<T>::infinity();

/// Values that no parameter should have; the last two are finite.
template <class T>
std::vector<T> poisons() {
    return {std::numeric_limits<T>::quiet_NaN(), infinity<T>, -infinity<T>, T(1e30), T(3e38)};
}

/// A training pass whose next backward puts a value into one gradient.
template <class Net>
struct Tampered : TrainingPass<Net> {
    using TrainingPass<Net>::TrainingPass;
    using T = typename Net::scalar;
    bool armed = false;
    std::size_t parameter = 0, column = 0;
    T value{};

    void backward(const Net& net, bool watch) {
        TrainingPass<Net>::backward(net, watch);
        if (!std::exchange(armed, false)) return;
        const ParameterEntry& entry = Net::parameters[parameter];
        this->gradients()[entry.offset + column] = value;
        this->gradient_magnitude(parameter)[column] =
            magnitude_max(this->gradient_magnitude(parameter)[column], std::abs(value));
    }
};

template <class Net, class Rule>
StepReport step(Net& net, Optimizer<Net, Rule>& optimizer, Tampered<Net>& pass,
                const Examples<typename Net::scalar>& examples) {
    return detail::take_step<DefaultBackend>(net, optimizer, pass, examples, Seed{0});
}

enum class Place { parameter, gradient, state };

/// Poison in one feature of one parameter, at step 3; then the run is, bit for bit, the run in which that
/// feature was pruned by hand at the step that the guard found it.
template <class Net, class Rule>
void check_isolation(std::size_t p, std::size_t feature, Place place, typename Net::scalar value,
                     Rule rule) {
    using T = typename Net::scalar;
    CAPTURE(p);
    CAPTURE(feature);
    CAPTURE(static_cast<int>(place));
    CAPTURE(value);
    small::Batches<T> data;
    Threads threads;
    Tampered<Net> pass(small::batch, threads);
    Net net{Seed{1}};
    AlraoOptimizer<Net, Rule> optimizer{net, LogUniform{1e-3, 0.3}, Seed{2}, rule};
    Net by_hand = net;
    auto reference = optimizer;
    const ParameterEntry& entry = Net::parameters[p];
    const std::size_t column = feature * entry.inner;
    const std::size_t row = entry.rows - 1;
    const std::uint64_t poisoned = 3, end = 12;
    for (std::uint64_t s = 0; s < end; ++s) {
        if (s == poisoned) {
            const std::size_t at = entry.offset + row * entry.columns + column;
            if (place == Place::parameter) net.parameter_buffer()[at] = value;
            if (place == Place::state) optimizer.state().memory.span()[at] = value;
            if (place != Place::gradient) optimizer.remeasure(net);
            pass.armed = place == Place::gradient;
            pass.parameter = p;
            pass.column = column;
            pass.value = value;
        }
        const StepReport report = step(net, optimizer, pass, data.at(s));
        REQUIRE(small::all_finite<T>(net.parameter_buffer()));
        REQUIRE(small::all_finite<T>(optimizer.state().memory.span()));
        REQUIRE(is_finite(report.loss.loss));
    }
    REQUIRE(optimizer.pruned().size() == 1);
    const Divergence event = optimizer.pruned()[0];
    REQUIRE(event.feature == feature);
    REQUIRE(event.path == entry.path);
    REQUIRE(event.step >= poisoned);
    REQUIRE(event.step <= poisoned + 1);
    for (std::uint64_t s = 0; s < end; ++s) {
        if (s == event.step) {
            reference.prune(by_hand, pass.gradients(), entry.group, feature);
            if (entry.copies > 0)
                guard::drop_copies(by_hand.posterior(),
                                   [&](std::size_t j) { return j != feature; });
            reference.state().pruned.push_back(event);
        }
        step(by_hand, reference, pass, data.at(s));
    }
    REQUIRE(small::same_model(net, by_hand));
    REQUIRE(small::same_state(optimizer.state(), reference.state()));
}

template <class Net, class Rule>
void check_places(Rule rule) {
    using T = typename Net::scalar;
    for (std::size_t p = 0; p < Net::parameters.size(); ++p) {
        const bool head = Net::parameters[p].copies > 0;
        for (const std::size_t feature : {std::size_t{0}, Net::parameters[p].features - 1}) {
            for (const T value : poisons<T>()) {
                // A copy of huge but finite scores is no more than a bad copy.
                if (head && is_finite(value)) continue;
                check_isolation<Net>(p, feature, Place::parameter, value, rule);
                check_isolation<Net>(p, feature, Place::gradient, value, rule);
                if (rule.states() > 0)
                    check_isolation<Net>(p, feature, Place::state, value, rule);
            }
        }
    }
}

}  // namespace

TEST_CASE("T2, T5: what runs away in one feature is that feature's end, and nobody else's") {
    check_places<small::Mlp<float, 4>>(rule::Sgd{});
    check_places<small::Mlp<float, 4>>(rule::Sgd{.momentum = 0.9});
    check_places<small::Normalized<float>>(rule::Sgd{.momentum = 0.9});
}

TEST_CASE("T3: a lost copy leaves the average of the others, and a finite gradient of the trunk") {
    using Net = small::Mlp<double, 4>;
    for (std::size_t lost = 0; lost < 4; ++lost) {
        small::Batches<double> data;
        Threads threads;
        TrainingPass<Net> pass(small::batch, threads);
        Net net{Seed{1}};
        AlraoOptimizer<Net> optimizer{net, LogUniform{1e-3, 0.3}, Seed{2}};
        for (std::uint64_t s = 0; s < 5; ++s) take_step(net, optimizer, pass, data.at(s));
        const Posterior before = net.posterior();
        pass.forward(net, data.at(5), {}, false);
        const ParameterEntry& weight = Net::parameters[4];
        net.parameter_buffer()[weight.offset + lost * weight.inner] = std::nan("");
        const StepReport report = take_step(net, optimizer, pass, data.at(5));
        CHECK(report.copies_lost == 1);
        CHECK(report.quarantined == 0);
        CHECK(optimizer.copy_rate(lost) == 0);
        CHECK(net.posterior().weight(lost) == 0);
        CHECK(small::all_finite<double>(pass.gradients()));
        double sum = 0;
        for (const double weight_of : net.posterior().weights()) sum += weight_of;
        CHECK(sum == doctest::Approx(1).epsilon(1e-12));

        Posterior rest = before;
        guard::drop_copies(rest, [&](std::size_t j) { return j != lost; });
        for (std::size_t j = 0; j < 4; ++j) {
            if (j == lost) continue;
            CHECK(rest.weight(j) ==
                  doctest::Approx(before.weight(j) / (1 - before.weight(lost))).epsilon(1e-12));
        }
        // For ever: the policy spreads weight over all copies, and this one gets none.
        for (std::uint64_t s = 6; s < 10; ++s) take_step(net, optimizer, pass, data.at(s));
        CHECK(net.posterior().weight(lost) == 0);
    }
}

TEST_CASE("a copy that held all the weight leaves it to the others") {
    Posterior posterior(3);
    posterior.log_weights = {0, log_zero, log_zero};
    posterior.unstable = posterior.log_weights;
    guard::drop_copies(posterior, [](std::size_t j) { return j != 0; });
    CHECK(posterior.weight(0) == 0);
    CHECK(posterior.weight(1) == doctest::Approx(0.5));
}

TEST_CASE_TEMPLATE("T4, T6: no copy left, or a layer gone, is an error that names it and changes nothing",
                   T, float, double) {
    using Net = small::Mlp<T, 4>;
    small::Batches<T> data;
    Threads threads;
    TrainingPass<Net> pass(small::batch, threads);
    const auto diverges = [&](auto poison, std::string_view layer, std::string_view why) {
        Net net{Seed{1}};
        AlraoOptimizer<Net, rule::Adam> optimizer{net, LogUniform{1e-3, 0.3}, Seed{2}, rule::Adam{}};
        for (std::uint64_t s = 0; s < 5; ++s) take_step(net, optimizer, pass, data.at(s));
        poison(net);
        const Net before = net;
        const auto state = optimizer.state();
        bool thrown = false;
        try {
            take_step(net, optimizer, pass, data.at(5));
        } catch (const DivergenceError& error) {
            thrown = true;
            CHECK(error.divergence.step == 5);
            CHECK(error.divergence.layer == layer);
            CHECK(std::string(error.what()).find(why) != std::string::npos);
        }
        REQUIRE(thrown);
        CHECK(small::same_model(net, before));
        CHECK(small::same_state(optimizer.state(), state));
    };
    const auto fill = [](Net& net, std::size_t p, std::size_t columns, T value) {
        const ParameterEntry& entry = Net::parameters[p];
        for (std::size_t c = 0; c < columns; ++c)
            net.parameter_buffer()[entry.offset + c * entry.inner] = value;
    };
    const T nan = std::numeric_limits<T>::quiet_NaN();
    diverges([&](Net& net) { fill(net, 4, 4, nan); }, "AveragedHead", "no copy of the head is left");
    diverges([&](Net& net) { fill(net, 1, 16, infinity<T>); }, "Dense", "16 of the layer's 16");
    diverges([&](Net& net) { fill(net, 1, 12, T(1e30)); }, "Dense", "12 of the layer's 16");
    // Pruned first, and rolled back with the rest.
    diverges([&](Net& net) { fill(net, 1, 2, nan); fill(net, 3, 8, nan); }, "Dense", "8 of the layer's 8");
}

TEST_CASE("inputs that are not finite are an error, and named as a reason") {
    using Net = small::Mlp<float, 4>;
    small::Batches<float> data;
    Threads threads;
    TrainingPass<Net> pass(small::batch, threads);
    Net net{Seed{1}};
    const Net before = net;
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-3, 0.3}, Seed{2}};
    const auto state = optimizer.state();
    const auto examples = data.at(0);
    data.inputs[7] = std::nanf("");
    CHECK_THROWS_WITH_AS(take_step(net, optimizer, pass, examples),
                         doctest::Contains("look for inputs"), DivergenceError);
    CHECK(small::same_model(net, before));
    CHECK(small::same_state(optimizer.state(), state));
}

TEST_CASE("policies: throw names the feature, ignore looks for nothing") {
    using Net = small::Mlp<float, 4>;
    small::Batches<float> data;
    Threads threads;
    TrainingPass<Net> pass(small::batch, threads);
    Net net{Seed{1}};
    net.parameter_buffer()[Net::parameters[1].offset + 3] = std::nanf("");
    const Net before = net;
    AlraoOptimizer<Net> strict{net, LogUniform{1e-3, 0.3}, Seed{2},
                               {.guard = Guard{.policy = OnDivergence::throw_}}};
    bool thrown = false;
    try {
        take_step(net, strict, pass, data.at(0));
    } catch (const DivergenceError& error) {
        thrown = true;
        CHECK(error.divergence.feature == 3);
        CHECK(path_text(error.divergence.path) == "0");
        CHECK(static_cast<float>(error.divergence.rate) == strict.rate(1, 3));
    }
    CHECK(thrown);
    CHECK(small::same_model(net, before));
    AlraoOptimizer<Net> blind{net, LogUniform{1e-3, 0.3}, Seed{2},
                              {.guard = Guard{.policy = OnDivergence::ignore}}};
    CHECK_NOTHROW(take_step(net, blind, pass, data.at(0)));
    CHECK(blind.pruned().empty());
}
