#include <alrao/learn/quarantine.hpp>

#include "../effort.hpp"
#include "nonfinite.hpp"
#include "small_task.hpp"
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace learn_quarantine_test {

using namespace alrao;

namespace {

/// Values with which a network diverges; the last two are finite.
template <class T>
std::vector<T> poisons() {
    const T most = std::numeric_limits<T>::max();
    if constexpr (!is_optimized) return {std::numeric_limits<T>::quiet_NaN(), T(0.9) * most};
    return {std::numeric_limits<T>::quiet_NaN(), infinity<T>, -infinity<T>, T(1e30), T(0.9) * most};
}

enum class Place { parameter, gradient, activation, state };

/// The place of the bad value: row `row`, feature `feature` of parameter `parameter`, or of the rule's buffer
/// `buffer`.
struct Spot {
    Place place;
    std::size_t parameter, feature;
    std::size_t row = 0, buffer = 0;
};

/// A training pass that writes a value into one gradient or one output, once, when armed.
template <class Net>
struct Tampered : TrainingPass<Net> {
    using TrainingPass<Net>::TrainingPass;
    using T = typename Net::scalar;
    bool armed = false;
    Spot spot{};
    T value{};

    BatchLoss forward(const Net& net, const Batch<T>& examples, StepNumber number, bool watch) {
        const BatchLoss loss = TrainingPass<Net>::forward(net, examples, number, watch);
        const ParameterEntry& entry = Net::parameters[spot.parameter];
        if (spot.place != Place::activation || !std::exchange(armed, false)) return loss;
        if (entry.copies > 0) {
            this->log_likelihood()[spot.feature] = -infinity<double>;
        } else {
            this->output_magnitude(entry.node)[spot.feature] = std::abs(value);
        }
        return loss;
    }
    void backward(const Net& net, bool watch) {
        TrainingPass<Net>::backward(net, watch);
        if (spot.place != Place::gradient || !std::exchange(armed, false)) return;
        const ParameterEntry& entry = Net::parameters[spot.parameter];
        const std::size_t column = spot.feature * entry.inner;
        this->gradients()[entry.offset + column] = value;
        T& largest = this->gradient_magnitude(spot.parameter)[column];
        largest = magnitude_max(largest, std::abs(value));
    }
};

template <class Net, class Rule>
StepReport step(Net& net, Optimizer<Net, Rule>& optimizer, Tampered<Net>& pass,
                const Batch<typename Net::scalar>& examples) {
    return detail::take_step<DefaultBackend>(net, optimizer, pass, examples, Seed{0});
}

/// Removes a copy from the average; the other weights then sum to 1.
void drop_by_hand(Posterior& posterior, std::size_t copy) {
    const std::size_t copies = posterior.copies();
    posterior.log_weights[copy] = -infinity<double>;
    for (std::size_t at = copy; at < posterior.memory.size(); at += copies)
        posterior.memory[at] = -infinity<double>;
    const double left = log_sum(posterior.log_weights);
    for (double& log_weight : posterior.log_weights) log_weight -= left;
    for (double& log_weight : posterior.memory) log_weight -= left;
}

/// Independent implementation of pruning: each number of the feature becomes 0 in the model, in the rule's
/// buffers and in the rates; a copy is removed from the average.
template <class Net, class Rule>
void prune_by_hand(Net& net, Optimizer<Net, Rule>& optimizer, std::size_t group, const Divergence& event) {
    const std::size_t feature = event.feature;
    auto state = optimizer.snapshot();
    for (std::size_t p = 0; p < Net::parameters.size(); ++p) {
        const ParameterEntry& entry = Net::parameters[p];
        if (entry.group != group) continue;
        for (std::size_t i = 0; i < entry.elements(); ++i) {
            if (i % entry.columns / entry.inner != feature) continue;
            net.parameter_buffer()[entry.offset + i] = 0;
            for (std::size_t k = 0; k < optimizer.rule().states(); ++k)
                state.memory.span()[k * Net::parameter_elements + entry.offset + i] = 0;
        }
        const RateRow& row = optimizer.rates().rows()[p];
        for (std::size_t at = 0; at < row.period; ++at)
            if (at / entry.inner == feature) state.rates.span()[row.offset + at] = 0;
    }
    state.pruned.push_back(event);
    if (event.copy) drop_by_hand(net.posterior(), event.feature);
    optimizer.restore(net, std::move(state));
}

/// Writes a bad value at step 3. The run must have the same bits as a run in which that feature was pruned by hand
/// in the step in which the guard detects it. `harmless`: the guard may detect it later or never.
template <class Net, class Rule>
void check_isolation(const Spot& spot, typename Net::scalar value, Rule rule, bool harmless) {
    using T = typename Net::scalar;
    const Place place = spot.place;
    const std::size_t p = spot.parameter, feature = spot.feature;
    CAPTURE(p);
    CAPTURE(feature);
    CAPTURE(static_cast<int>(place));
    CAPTURE(spot.buffer);
    CAPTURE(value);
    small::Batches<T> data;
    Threads threads;
    Tampered<Net> pass(small::batch, threads);
    Net net{Seed{1}};
    AlraoOptimizer<Net, Rule> optimizer{net, LogUniform{1e-3, 0.3}, Seed{2}, rule};
    Net by_hand = net;
    auto reference = optimizer;
    const ParameterEntry& entry = Net::parameters[p];
    const std::uint64_t poisoned = 3, end = 12;
    for (std::uint64_t s = 0; s < end; ++s) {
        if (s == poisoned) {
            const std::size_t at = entry.offset + spot.row * entry.columns + feature * entry.inner;
            if (place == Place::parameter) net.parameter_buffer()[at] = value;
            auto state = optimizer.snapshot();
            if (place == Place::state)
                state.memory.span()[spot.buffer * Net::parameter_elements + at] = value;
            optimizer.restore(net, std::move(state));
            pass.armed = true;
            pass.spot = spot;
            pass.value = value;
        }
        const StepReport report = step(net, optimizer, pass, data.at(s));
        REQUIRE(small::all_finite<T>(net.parameter_buffer()));
        REQUIRE(small::all_finite<T>(optimizer.snapshot().memory.span()));
        REQUIRE(is_finite(report.loss.loss));
    }
    if (harmless && optimizer.pruned().empty()) return;
    REQUIRE(optimizer.pruned().size() == 1);
    const Divergence event = optimizer.pruned()[0];
    REQUIRE(event.feature == feature);
    REQUIRE(event.path == entry.path);
    REQUIRE(event.step >= poisoned);
    if (harmless && event.step > poisoned) return;
    REQUIRE(event.step <= poisoned + 1);
    for (std::uint64_t s = 0; s < end; ++s) {
        if (s == event.step) prune_by_hand(by_hand, reference, entry.group, event);
        step(by_hand, reference, pass, data.at(s));
    }
    REQUIRE(small::same_bits<T>(net.parameter_buffer(), by_hand.parameter_buffer()));
    REQUIRE(small::same_model(net, by_hand));
    REQUIRE(small::same_state(optimizer.snapshot(), reference.snapshot()));
}

template <class Net, class Rule>
void check_places(Rule rule) {
    using T = typename Net::scalar;
    constexpr bool adapts = std::is_same_v<Rule, rule::Adam>;
    for (std::size_t p = 0; p < Net::parameters.size(); ++p) {
        const ParameterEntry& entry = Net::parameters[p];
        for (const std::size_t feature : {std::size_t{0}, entry.features - 1}) {
            if (!is_optimized && feature != (p + p / 2) % 2 * (entry.features - 1))
                continue;  // test one feature only
            for (const T value : poisons<T>()) {
                // A copy with huge but finite scores does not diverge.
                const bool borne = is_finite(value) && entry.copies > 0;
                const std::size_t row = entry.rows - 1;
                check_isolation<Net>({Place::parameter, p, feature, row}, value, rule, borne);
                // Adam divides a huge gradient by itself, and with a huge second moment the
                // feature does not move.
                check_isolation<Net>({Place::gradient, p, feature}, value, rule,
                                     borne || (adapts && is_finite(value)));
                check_isolation<Net>({Place::activation, p, feature}, value, rule, false);
                for (std::size_t k = 0; k < rule.states(); ++k)
                    check_isolation<Net>({Place::state, p, feature, row, k}, value, rule,
                                         borne || (k > 0 && is_finite(value)));
            }
        }
    }
}

}  // namespace

TEST_CASE_TEMPLATE("T2, T5: a divergence in one feature prunes that feature and affects no other", T, float,
                   double) {
    check_places<small::Mlp<T, 4>>(rule::Sgd{.momentum = 0.9});
    check_places<small::Normalized<T>>(rule::Adam{});
    if constexpr (!is_optimized) return;
    check_places<small::Mlp<T, 4>>(rule::Sgd{});
    check_places<small::Mlp<T, 4>>(rule::Adam{});
    check_places<small::Normalized<T>>(rule::Sgd{.momentum = 0.9});
    check_places<small::Regression<T>>(rule::Sgd{.momentum = 0.9});
    check_places<small::Regression<T>>(rule::Adam{});
}

namespace {

/// The same network without one copy; the posterior has the weights of the other copies.
small::Mlp<double, 3> without(const small::Mlp<double, 4>& net, std::size_t lost) {
    using Net = small::Mlp<double, 4>;
    using Rest = small::Mlp<double, 3>;
    Rest rest{Seed{9}};
    for (std::size_t p = 0; p < Net::parameters.size(); ++p) {
        const ParameterEntry &from = Net::parameters[p], &to = Rest::parameters[p];
        for (std::size_t row = 0; row < to.rows; ++row) {
            for (std::size_t c = 0; c < to.features * to.inner; ++c) {
                const std::size_t skipped = to.copies > 0 && c >= lost * to.inner ? to.inner : 0;
                rest.parameter_buffer()[to.offset + row * to.columns + c] =
                    net.parameter_buffer()[from.offset + row * from.columns + c + skipped];
            }
        }
    }
    for (std::size_t j = 0; j < 3; ++j) {
        const double weight = net.posterior().weight(j < lost ? j : j + 1);
        rest.posterior().log_weights[j] = std::log(weight / (1 - net.posterior().weight(lost)));
    }
    return rest;
}

}  // namespace

TEST_CASE("T3: after a copy is lost, the others are averaged and the gradient of the trunk is finite") {
    using Net = small::Mlp<double, 4>;
    using Rest = small::Mlp<double, 3>;
    for (std::size_t lost = 0; lost < 4; ++lost) {
        small::Batches<double> data;
        Threads threads;
        TrainingPass<Net> pass(small::batch, threads);
        Net net{Seed{1}};
        AlraoOptimizer<Net> optimizer{net, LogUniform{1e-3, 0.3}, Seed{2}};
        for (std::uint64_t s = 0; s < 5; ++s) take_step(net, optimizer, pass, data.at(s));
        const Net before = net;
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

        const Rest rest = without(before, lost);
        TrainingPass<Rest> rest_pass(small::batch, threads);
        const BatchLoss rest_loss = rest_pass.forward(rest, data.at(5), {}, false);
        rest_pass.backward(rest, false);
        CHECK(report.loss.loss == doctest::Approx(rest_loss.loss).epsilon(1e-12));
        CHECK(report.loss.correct == rest_loss.correct);
        for (std::size_t i = 0; i < weight.offset; ++i)
            REQUIRE(std::abs(pass.gradients()[i] - rest_pass.gradients()[i]) <= 1e-12);
        // Permanently: the policy distributes weight over all copies, but this one gets none.
        for (std::uint64_t s = 6; s < 10; ++s) take_step(net, optimizer, pass, data.at(s));
        CHECK(net.posterior().weight(lost) == 0);
    }
}

TEST_CASE("if a copy with all the weight is lost, the others get its weight") {
    Posterior posterior(3);
    posterior.log_weights = {0, log_zero, log_zero};
    posterior.memory.clear();
    Averaging{}.drop(posterior, [](std::size_t j) { return j != 0; });
    CHECK(posterior.weight(0) == 0);
    CHECK(posterior.weight(1) == doctest::Approx(0.5));
}

TEST_CASE_TEMPLATE("T4, T6: losing all copies or a layer is an error that names it and changes nothing", T,
                   float, double) {
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
        const auto state = optimizer.snapshot();
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
        CHECK(small::same_state(optimizer.snapshot(), state));
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
    // It is pruned first, and restored with the rest.
    diverges(
        [&](Net& net) {
            fill(net, 1, 2, nan);
            fill(net, 3, 8, nan);
        },
        "Dense", "8 of the layer's 8");
}

TEST_CASE_TEMPLATE("most of a layer may be pruned if as many are pruned elsewhere, which is likely by chance",
                   T, float, double) {
    using Net = small::Mlp<T, 4>;
    small::Batches<T> data;
    Threads threads;
    TrainingPass<Net> pass(small::batch, threads);
    const auto poison = [](Net& net, std::size_t p, std::size_t features) {
        const ParameterEntry& bias = Net::parameters[p];
        for (std::size_t f = 0; f < features; ++f)
            net.parameter_buffer()[bias.offset + f * bias.inner] = T(1e30);
    };
    Net net{Seed{1}};
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-3, 0.3}, Seed{2}};
    for (std::uint64_t s = 0; s < 5; ++s) take_step(net, optimizer, pass, data.at(s));
    Net alone = net;
    auto strict = optimizer;
    // 10 of 16 and none elsewhere: P = 5e-7.
    poison(alone, 1, 10);
    CHECK_THROWS_AS(take_step(alone, strict, pass, data.at(5)), DivergenceError);
    CHECK(strict.pruned().empty());
    // With 5 of 8 in the layer before (P = 3e-5), 10 of 16 are likely.
    poison(net, 3, 5);
    CHECK(take_step(net, optimizer, pass, data.at(5)).quarantined == 5);
    poison(net, 1, 10);
    CHECK(take_step(net, optimizer, pass, data.at(6)).quarantined == 10);
    for (std::uint64_t s = 7; s < 50; ++s)
        REQUIRE(is_finite(take_step(net, optimizer, pass, data.at(s)).loss.loss));
    CHECK(optimizer.pruned().size() == 15);
    CHECK(small::all_finite<T>(net.parameter_buffer()));
}

TEST_CASE("pruned features are pruned again in an earlier model; a model without them does not change") {
    using Net = small::Mlp<float, 4>;
    small::Batches<float> data;
    Threads threads;
    TrainingPass<Net> pass(small::batch, threads);
    Net net{Seed{1}};
    AlraoOptimizer<Net, rule::Adam> optimizer{net, LogUniform{1e-3, 0.3}, Seed{2}, rule::Adam{}};
    for (std::uint64_t s = 0; s < 5; ++s) take_step(net, optimizer, pass, data.at(s));
    Net earlier = net;
    guard::prune_again(net, optimizer);
    CHECK(small::same_model(net, earlier));
    net.parameter_buffer()[Net::parameters[1].offset + 3] = std::nanf("");
    net.parameter_buffer()[Net::parameters[5].offset + 2 * Net::parameters[5].inner] = std::nanf("");
    for (std::uint64_t s = 5; s < 8; ++s) take_step(net, optimizer, pass, data.at(s));
    REQUIRE(optimizer.pruned().size() == 2);
    const Net later = net;
    const auto state = optimizer.snapshot();
    guard::prune_again(net, optimizer);
    CHECK(small::same_model(net, later));
    guard::prune_again(earlier, optimizer);
    CHECK(small::same_state(optimizer.snapshot(), state));
    CHECK(earlier.posterior().weight(2) == 0);
    double sum = 0;
    for (const double weight : earlier.posterior().weights()) sum += weight;
    CHECK(sum == doctest::Approx(1).epsilon(1e-12));
    for (const std::size_t p : {0U, 1U, 4U, 5U}) {
        const ParameterEntry& entry = Net::parameters[p];
        for (std::size_t i = 0; i < entry.elements(); ++i) {
            const bool gone = i % entry.columns / entry.inner == (p < 2 ? 3 : 2);
            const bool padding = i % entry.columns >= entry.features * entry.inner;
            REQUIRE((earlier.parameter_buffer()[entry.offset + i] == 0) == (gone || padding));
        }
    }
}

TEST_CASE("a pruned feature with parameters in an assigned model is pruned again, by a step or not") {
    using Net = small::Mlp<float, 4>;
    small::Batches<float> data;
    Threads threads;
    TrainingPass<Net> pass(small::batch, threads);
    Net net{Seed{1}};
    AlraoOptimizer<Net, rule::Adam> optimizer{net, LogUniform{1e-3, 0.3}, Seed{2}, rule::Adam{}};
    take_step(net, optimizer, pass, data.at(0));
    const std::size_t bias = Net::parameters[1].offset + 3;
    net.parameter_buffer()[bias] = std::nanf("");
    CHECK(take_step(net, optimizer, pass, data.at(1)).quarantined == 1);
    const auto state = optimizer.snapshot();
    net.parameter_buffer()[bias] = 1e30F;
    const StepReport report = take_step(net, optimizer, pass, data.at(2));
    CHECK(report.restarts == 1);
    CHECK(report.quarantined == 0);
    CHECK(optimizer.pruned().size() == 1);
    CHECK(net.parameter_buffer()[bias] == 0);

    // A step that throws changes nothing, including features that were pruned before.
    net.parameter_buffer()[bias] = 1e30F;
    auto tampered = optimizer.snapshot();
    for (float& x : tampered.memory.span()) x = 0.25F;
    optimizer.restore(net, std::move(tampered));
    const Net before = net;
    const auto remembered = optimizer.snapshot();
    const auto examples = data.at(3);
    data.inputs[7] = std::nanf("");
    CHECK_THROWS_AS(take_step(net, optimizer, pass, examples), DivergenceError);
    CHECK(small::same_model(net, before));
    CHECK(small::same_state(optimizer.snapshot(), remembered));
}

TEST_CASE("a feature whose variance is not finite is pruned by the BatchNorm after it") {
    using Net = small::Normalized<float>;
    small::Batches<float> data;
    Threads threads;
    TrainingPass<Net> pass(small::batch, threads);
    Net net{Seed{1}};
    const ParameterEntry& weight = Net::parameters[0];
    for (std::size_t row = 0; row < weight.rows; ++row)
        net.parameter_buffer()[weight.offset + row * weight.columns + 5] *= 1e22F;
    const double threshold = std::numeric_limits<double>::infinity();
    AlraoOptimizer<Net> optimizer{
        net, LogUniform{1e-3, 0.3}, Seed{2}, {.guard = Guard{.threshold = threshold}}};
    CHECK(take_step(net, optimizer, pass, data.at(0)).quarantined == 1);
    CHECK(optimizer.pruned()[0].feature == 5);
    CHECK(optimizer.pruned()[0].layer == "BatchNorm");
    for (std::size_t step = 1; step < 4; ++step)
        CHECK(take_step(net, optimizer, pass, data.at(step)).quarantined == 0);
    for (const float x : net.statistic_buffer()) CHECK(std::isfinite(x));
}

TEST_CASE("inputs that are not finite are an error, and the message suggests them as the reason") {
    using Net = small::Mlp<float, 4>;
    small::Batches<float> data;
    Threads threads;
    TrainingPass<Net> pass(small::batch, threads);
    Net net{Seed{1}};
    const Net before = net;
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-3, 0.3}, Seed{2}};
    const auto state = optimizer.snapshot();
    const auto examples = data.at(0);
    data.inputs[7] = std::nanf("");
    CHECK_THROWS_WITH_AS(take_step(net, optimizer, pass, examples), doctest::Contains("check the inputs"),
                         DivergenceError);
    CHECK(small::same_model(net, before));
    CHECK(small::same_state(optimizer.snapshot(), state));
}

TEST_CASE("policies: throw_ names the feature, ignore checks nothing") {
    using Net = small::Mlp<float, 4>;
    small::Batches<float> data;
    Threads threads;
    TrainingPass<Net> pass(small::batch, threads);
    Net net{Seed{1}};
    net.parameter_buffer()[Net::parameters[1].offset + 3] = std::nanf("");
    const Net before = net;
    AlraoOptimizer<Net> strict{
        net, LogUniform{1e-3, 0.3}, Seed{2}, {.guard = Guard{.policy = OnDivergence::throw_}}};
    bool thrown = false;
    try {
        take_step(net, strict, pass, data.at(0));
    } catch (const DivergenceError& error) {
        thrown = true;
        CHECK(error.divergence.feature == 3);
        CHECK(path_text(error.divergence.path) == "0");
        CHECK(static_cast<float>(error.divergence.rate) == strict.rates().of(1, 3));
    }
    CHECK(thrown);
    CHECK(small::same_model(net, before));
    AlraoOptimizer<Net> blind{
        net, LogUniform{1e-3, 0.3}, Seed{2}, {.guard = Guard{.policy = OnDivergence::ignore}}};
    CHECK_NOTHROW(take_step(net, blind, pass, data.at(0)));
    CHECK(blind.pruned().empty());
}

}  // namespace learn_quarantine_test
