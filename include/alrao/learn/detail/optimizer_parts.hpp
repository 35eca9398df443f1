#pragma once

#include <alrao/learn/clipping.hpp>
#include <alrao/learn/copy_weighting.hpp>
#include <alrao/learn/feature_rates.hpp>
#include <alrao/learn/guard.hpp>
#include <alrao/learn/optimizer_options.hpp>
#include <alrao/learn/optimizer_snapshot.hpp>
#include <alrao/learn/output_limits.hpp>
#include <alrao/learn/pruning_record.hpp>
#include <alrao/learn/rate_centre.hpp>
#include <alrao/learn/rule_memory.hpp>
#include <alrao/learn/schedule_progress.hpp>
#include <alrao/learn/step_bounds.hpp>
#include <alrao/learn/update_rule.hpp>
#include <alrao/learn/weight_average.hpp>
#include <alrao/model/data_place.hpp>
#include <alrao/model/model.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/memory.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace alrao {

template <class Net, UpdateRule Rule>
class Optimizer;

namespace detail {

/// The objects of which an optimizer consists. Steps, the guard and `fit` use them; users call the functions
/// of Optimizer.
template <class Net, class Rule>
struct OptimizerParts {
    using T = typename Net::scalar;
    static constexpr std::size_t copies = Net::copies > 0 ? Net::copies : 1;
    /// Whether the rule computes an average of the parameters (UpdateRule: average_factor).
    static constexpr bool averages_itself = requires(const Rule r) { r.average_factor(); };

    /// @throws ArgumentError on invalid settings, and on settings without effect
    [[gnu::cold]] OptimizerParts(const Net& net, Rule given_rule, const OptimizerOptions& given_options,
                                 const Guard& usual_guard, FeatureRates<Net>&& given_rates)
        : made_for(net.identity().token()),
          rule(std::move(given_rule)),
          options(given_options),
          weighting{options.averaging.value_or(Switch{}), options.likelihood, options.retirement},
          guard(options.guard ? *options.guard : usual_guard),
          rates(std::move(given_rates)),
          memory(rule.states()),
          centre(options.centre, net.parameter_buffer()),
          average(options.weight_average, averages_itself),
          bounds(rates.longest_row()),
          clipping(options.clip_norm, options.clip_feature_norm) {
        if (averages_itself && options.weight_average)
            fail({"alrao: the rule ", Rule::name, " has an average of the parameters: omit .weight_average"});
        if (options.schedule) schedule.begin(*options.schedule);
        rule.validate();
        require_buffers({});
        guard.validate();
        weighting.validate(copies);
        measure(net);
    }

    ModelToken made_for;  ///< token of the model to which rates and memory belong
    Rule rule;
    OptimizerOptions options;  ///< as passed to the constructor; a step uses the members below
    CopyWeighting weighting;
    Guard guard;
    ScheduleProgress schedule{};
    FeatureRates<Net> rates;
    RuleMemory<Net> memory;
    RateCentre<Net> centre;
    WeightAverage<Net> average;
    StepBounds<Net> bounds;
    OutputLimits<Net> limits{};
    PruningRecord<Net> record{};
    GradientClipping<Net> clipping;
    std::uint64_t steps = 0;     ///< optimizer steps taken
    DataPlace place{};           ///< the place in the data that `fit` has reached
    AlignedBuffer<T> carried{};  ///< carried state of the network at that place, see OptimizerSnapshot

    /// The values on which the rule may depend in the next step, for parameter p.
    [[nodiscard]] rule::Moment moment(std::size_t p) const {
        return {.step = steps + 1,
                .factor = rates.factor(),
                .copies = Net::parameters[p].copies > 0,
                .role = Net::parameters[p].role,
                .centre = centre.values()[p],
                .estimate = centre.estimate(p)};
    }

    /// Checks the number of buffers. The check is repeated in each optimizer step, because the rule may
    /// return a different step object (such as MomentumStep) depending on its settings, the scalar type and
    /// the step number.
    /// @throws ArgumentError if the step uses more buffers than the memory has
    void require_buffers(rule::Moment moment) const {
        for (const bool of_copies : {false, true}) {
            moment.copies = of_copies;
            const std::size_t used = rule.template with_step<T>(
                moment, []<class Step>(const Step&) { return buffers_of<Step>(); });
            if (used > memory.buffers()) [[unlikely]]
                fail({"alrao: states() of this rule is ", memory.buffers(), ", but its step uses ", used,
                      " buffers"});
        }
    }

    /// @throws ArgumentError if the optimizer was moved from
    void require_present() const {
        if (rates.numbers().size() != rates.size()) [[unlikely]]
            fail(
                "alrao: this optimizer was moved from and has no rates: assign another optimizer to it "
                "first");
    }
    /// @throws ArgumentError if the optimizer was moved from, or made for another model than `net`
    void require_ready_for(const Net& net) const {
        require_present();
        if (net.identity().token() && !(net.identity().token() == made_for)) [[unlikely]]
            fail(
                "alrao: this optimizer was made for another model of the same type, and its rates and "
                "the buffers of its rule belong to that model: make an optimizer for this model");
    }

    /// See Optimizer::remeasure.
    [[gnu::cold]] void measure(const Net& net) {
        require_measurable(net);
        bounds.measure(net.parameter_buffer(), memory);
    }
    [[gnu::cold]] void require_measurable(const Net& net) const {
        require_numbers(net);
        require_ready_for(net);
        weighting.averaging.require_consistent(net.posterior());
    }

    [[nodiscard, gnu::cold]] OptimizerSnapshot<T> snapshot() const {
        return {.rates = rates.numbers(),
                .memory = memory.numbers(),
                .centre = {centre.scalars().begin(), centre.scalars().end()},
                .measured = copy_of(centre.arrays()),
                .average = copy_of(average.numbers()),
                .average_steps = average.steps(),
                .average_in_model = average.exchanged(),
                .statistics = copy_of(average.statistics()),
                .limits = limits.numbers(),
                .steps = steps,
                .schedule_steps = schedule.step(),
                .pruned = record.events(),
                .place = place,
                .carried = carried};
    }
    /// The reason why a snapshot cannot be restored; null if it can be restored.
    [[nodiscard, gnu::cold]] const char* fault_of(const OptimizerSnapshot<T>& snapshot) const {
        if (snapshot.memory.size() != memory.size() || snapshot.rates.size() != rates.size())
            return "it belongs to another network, rule or grouping of rates";
        if (!centre.accepts(snapshot.centre, snapshot.measured.span()))
            return "it belongs to another centre of the rates, or has numbers that are none of it";
        if (snapshot.average.size() != average.numbers().size())
            return "it has an average of the parameters and the optimizer has none, or vice versa";
        if (snapshot.statistics.size() != (snapshot.average_in_model ? Net::statistic_elements : 0))
            return "it must have the statistics of the training if, and only if, the model has the average";
        if (!rates.accepts(snapshot.rates.span())) return "a rate is not finite, or below 0";
        if (!limits.accepts(snapshot.limits))
            return "it must have one output limit for each leaf, each 0 or more";
        if (rates.any_pruned(snapshot.rates) == snapshot.pruned.empty())
            return "it must list pruned features if, and only if, some feature has rate 0";
        return nullptr;
    }
    /// Puts the average of the parameters into the model.
    [[gnu::cold]] void use_average(Net& net) {
        require_ready_for(net);
        if constexpr (averages_itself)
            average.compute(std::as_const(net).parameter_buffer(), memory.buffer(0), rule.average_factor());
        average.exchange(net);
        measure(net);
    }
    /// Gives the parameters of the training back to the model, if it has their average.
    void resume(Net& net) {
        if (!average.exchanged()) [[likely]]
            return;
        average.exchange_back(net);
        measure(net);
    }

    /// Restores all numbers. Call `measure` afterwards, unless the bounds are valid for these numbers.
    [[gnu::cold]] void restore(OptimizerSnapshot<T>&& snapshot) {
        rates.restore(std::move(snapshot.rates));
        memory.restore(std::move(snapshot.memory));
        centre.restore(snapshot.centre, snapshot.measured.span());
        average.restore(snapshot.average.span(), snapshot.average_steps, snapshot.statistics.span(),
                        snapshot.average_in_model);
        limits.restore(snapshot.limits);
        steps = snapshot.steps;
        schedule.go_to(snapshot.schedule_steps);
        record.restore(snapshot.pruned);
        place = snapshot.place;
        carried = std::move(snapshot.carried);
    }

    [[gnu::cold]] static AlignedBuffer<T> copy_of(std::span<const T> numbers) {
        AlignedBuffer<T> copy(numbers.size());
        std::copy(numbers.begin(), numbers.end(), copy.data());
        return copy;
    }

    /// Stores the carried state of the network, for a fit that continues within an epoch. Allocates memory
    /// only if the size has changed.
    void keep_carried(std::span<const T> numbers) {
        if (carried.size() != numbers.size()) carried = AlignedBuffer<T>(numbers.size());
        std::copy_n(numbers.data(), numbers.size(), carried.data());
    }
};

/// Access to the parts of an optimizer, for steps, the guard, files and `fit`.
struct OptimizerAccess {
    template <class Net, class Rule>
    static OptimizerParts<Net, Rule>& parts(Optimizer<Net, Rule>& optimizer) {
        return optimizer.parts_;
    }
    template <class Net, class Rule>
    static const OptimizerParts<Net, Rule>& parts(const Optimizer<Net, Rule>& optimizer) {
        return optimizer.parts_;
    }
};
template <class Net, class Rule>
OptimizerParts<Net, Rule>& parts_of(Optimizer<Net, Rule>& optimizer) {
    return OptimizerAccess::parts(optimizer);
}
template <class Net, class Rule>
const OptimizerParts<Net, Rule>& parts_of(const Optimizer<Net, Rule>& optimizer) {
    return OptimizerAccess::parts(optimizer);
}

}  // namespace detail
}  // namespace alrao
