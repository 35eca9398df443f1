#pragma once

#include <alrao/learn/detail/optimizer_parts.hpp>
#include <alrao/learn/divergence.hpp>
#include <alrao/learn/feature_rates.hpp>
#include <alrao/learn/guard.hpp>
#include <alrao/learn/optimizer_options.hpp>
#include <alrao/learn/optimizer_snapshot.hpp>
#include <alrao/learn/schedule.hpp>
#include <alrao/learn/update_rule.hpp>
#include <alrao/model/data_place.hpp>
#include <alrao/tensor/fail.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace alrao {

/// The common base of AlraoOptimizer and OneRateOptimizer: the rates, an update rule and its buffers, the
/// schedule and the guard. `take_step`, `Trainer` and `fit` train a model with it.
///
/// An optimizer belongs to the model for which it was made, and to copies of that model; every function that
/// takes a model throws ArgumentError for another one. An optimizer is a value: a copy is independent of the
/// original. A step allocates memory only if it prunes, or if it is the first one with its averaging policy.
template <class Net, UpdateRule Rule>
class Optimizer {
public:
    using T = typename Net::scalar;         ///< scalar type of parameters and rates
    using OptimizedNet = Net;               ///< the type of the model
    using Snapshot = OptimizerSnapshot<T>;  ///< see snapshot()

    /// The number of optimizer steps taken.
    [[nodiscard]] std::uint64_t step_number() const { return parts_.steps; }

    /// The schedule of the rates.
    [[nodiscard]] const Schedule& schedule() const { return parts_.schedule.schedule(); }
    /// The number of optimizer steps taken since the schedule began.
    [[nodiscard]] std::uint64_t schedule_step() const { return parts_.schedule.step(); }
    /// The common factor of all rates in the next step.
    /// @throws ArgumentError if the schedule has an open length
    [[nodiscard]] double schedule_factor() const { return parts_.schedule.factor(); }
    /// Replaces the schedule; the new one begins at its step 0.
    void set_schedule(const Schedule& schedule) { parts_.schedule.begin(schedule); }
    /// Sets the open length of the schedule and of the weight average: they end after `more` further steps.
    /// `fit` does this.
    void close_schedule(std::uint64_t more) {
        parts_.schedule.close(more);
        parts_.average.close(more);
    }

    /// The update rule.
    [[nodiscard]] const Rule& rule() const { return parts_.rule; }
    /// The options that were passed to the constructor.
    [[nodiscard]] const OptimizerOptions& options() const { return parts_.options; }
    /// The guard: that of the options, or the default of this optimizer.
    [[nodiscard]] const Guard& guard() const { return parts_.guard; }

    /// The rates of all features and copies.
    [[nodiscard]] const FeatureRates<Net>& rates() const { return parts_.rates; }
    /// The rate of a copy of the head, without the schedule; 0 if it is pruned or if there is no head. If the
    /// centres are measured, it contains the centre of the head's first parameter in the last step.
    [[nodiscard]] T copy_rate(std::size_t copy) const {
        for (std::size_t p = 0; p < Net::parameters.size(); ++p)
            if (Net::parameters[p].copies > 0)
                return parts_.rates.of(p, copy) * static_cast<T>(parts_.centre.values()[p]);
        return T{0};
    }
    /// The divergences for which features and copies were pruned, in order.
    [[nodiscard]] std::span<const Divergence> pruned() const { return parts_.record.events(); }

    /// The centre of the rates of parameter p in the last step that this object has computed; `restore` does
    /// not change it. 1 if the centres are not measured.
    [[nodiscard]] double centre(std::size_t p) const { return parts_.centre.values()[p]; }

    /// The name of the policy that measures the centres; empty if they are not measured.
    [[nodiscard]] std::string_view centre_name() const { return parts_.centre.name(); }

    /// Whether there is an average of the parameters: by OptimizerOptions::weight_average, or by the rule.
    [[nodiscard]] bool averages_weights() const { return parts_.average.enabled(); }
    /// Puts the average of the parameters into the model, for predictions; `fit` does this at the end of each
    /// epoch. The statistics of BatchNorm remain those of the replaced parameters; `fit` measures them again.
    /// The next step continues from the replaced parameters; but if the parameters of the model are changed
    /// in the meantime, it continues from the changed ones, and the average of
    /// OptimizerOptions::weight_average begins anew. No effect without an average or before the first step.
    /// @throws ArgumentError if the optimizer was moved from or made for another model
    [[gnu::cold]] void use_average(Net& net) { parts_.use_average(net); }
    /// Puts the parameters that use_average replaced back into the model. The next step does this, too.
    /// @throws ArgumentError if the optimizer was moved from or made for another model
    [[gnu::cold]] void use_training(Net& net) {
        parts_.require_ready_for(net);
        parts_.resume(net);
    }

    /// The place in the data that `fit` has reached with this optimizer.
    [[nodiscard]] const DataPlace& place() const { return parts_.place; }
    /// Call it after a `fit` that was stopped within an epoch, if the next `fit` should begin a new epoch
    /// instead of finishing that one. The model has a place, too: call net.place().leave_epoch() if the next
    /// `fit` has a new optimizer.
    void leave_epoch() { parts_.place.leave_epoch(); }

    /// A copy of all numbers that the optimizer keeps between steps.
    /// @throws ArgumentError if the optimizer was moved from
    [[nodiscard, gnu::cold]] Snapshot snapshot() const {
        parts_.require_present();
        return parts_.snapshot();
    }
    /// Restores a snapshot of this optimizer, or of one with the same type, rule settings and grouping of
    /// rates. `net`: the model with its current parameters. If they are those at the time of the snapshot,
    /// the following steps are bit-identical to those after the snapshot.
    /// @throws ArgumentError, with nothing changed, on a snapshot that does not fit, or as `remeasure`
    [[gnu::cold]] void restore(const Net& net, Snapshot snapshot) {
        parts_.require_measurable(net);
        if (const char* const fault = parts_.fault_of(snapshot))
            fail({"alrao: this snapshot cannot be restored: ", fault});
        parts_.restore(std::move(snapshot));
        parts_.average.recognise(net);
        parts_.measure(net);
    }

    /// Updates the bounds of the parameters that the guard uses. Call it after the parameters of the model
    /// were changed other than by steps, for instance loaded or assigned. Reads the parameters and the rule's
    /// buffers once.
    /// @throws ArgumentError if the model or the optimizer was moved from, the optimizer was made for another
    /// model, or the posterior of the model is inconsistent
    [[gnu::cold]] void remeasure(const Net& net) { parts_.measure(net); }

protected:
    /// `usual_guard`: used if the options have no guard.
    [[gnu::cold]] Optimizer(const Net& net, Rule rule, const OptimizerOptions& options,
                            const Guard& usual_guard, FeatureRates<Net>&& rates)
        : parts_(net, std::move(rule), options, usual_guard, std::move(rates)) {}

private:
    friend detail::OptimizerAccess;

    detail::OptimizerParts<Net, Rule> parts_;
};

}  // namespace alrao
