#pragma once

#include <alrao/learn/detail/batch_evidence.hpp>
#include <alrao/learn/detail/optimizer_parts.hpp>
#include <alrao/learn/detail/rule_step.hpp>
#include <alrao/learn/optimizer.hpp>
#include <alrao/learn/pruning.hpp>
#include <alrao/learn/quarantine.hpp>
#include <alrao/model/batch.hpp>
#include <alrao/model/posterior.hpp>
#include <alrao/model/training_pass.hpp>
#include <alrao/tensor/denormals.hpp>
#include <alrao/tensor/philox.hpp>

#include <cstddef>
#include <utility>

namespace alrao {

/// The result of an optimizer step.
struct StepReport {
    BatchLoss loss{};                    ///< loss of the batch, before the update
    std::size_t quarantined = 0;         ///< features of the trunk that the step has pruned
    std::size_t copies_lost = 0;         ///< copies of the head that the step has pruned
    std::size_t copies_retired = 0;      ///< copies of the head that are not computed from the next step on
    std::size_t restarts = 0;            ///< number of times that the step was computed again after pruning
    Evidence evidence = Evidence::used;  ///< whether the posterior was updated from the batch
};

namespace detail {

/// The index of the first parameter of an averaged head; the number of parameters if there is no such head.
template <class Net>
constexpr std::size_t averaged_parameter() {
    for (std::size_t p = 0; p < Net::parameters.size(); ++p)
        if (Net::parameters[p].copies > 1) return p;
    return Net::parameters.size();
}

/// Updates the posterior from the log-likelihoods of the copies before the step, and retires copies.
template <class Net, class Rule, class Pass>
void weigh_copies(Net& net, const OptimizerParts<Net, Rule>& parts, Pass& pass, StepReport& report) {
    constexpr std::size_t head = averaged_parameter<Net>();
    if constexpr (head < Net::parameters.size()) {
        Posterior& posterior = net.posterior();
        report.evidence = parts.weighting.learn(
            posterior, report.loss, pass.log_likelihood(),
            [&](std::size_t j) { return posterior.retired[j] != 0 || parts.rates.is_pruned(head, j); });
        if (report.evidence == Evidence::used)
            report.copies_retired = parts.weighting.retire(
                posterior, [&](std::size_t copy) { clear_copy<Net>(pass.gradients(), copy); });
    }
}

template <class Backend, class Net, class Rule, class Pass>
StepReport take_step(Net& net, Optimizer<Net, Rule>& optimizer, Pass& pass,
                     const Batch<typename Net::scalar>& batch, Seed seed) {
    const FlushDenormals flush;
    OptimizerParts<Net, Rule>& parts = parts_of(optimizer);
    parts.require_ready_for(net);
    parts.resume(net);
    Threads& threads = pass.threads();
    const StepNumber number{seed.value, parts.place.earlier_steps + parts.steps};
    const bool watch = parts.guard.policy != OnDivergence::ignore;
    StepReport report;
    Quarantine<Backend, Net, Rule, Pass> quarantine(net, optimizer, pass, threads);
    for (;; ++report.restarts) {
        report.loss = pass.forward(net, batch, number, watch);
        if (watch && quarantine.outputs_diverge()) continue;
        pass.backward(net, watch);
        if (watch && quarantine.gradients_diverge()) continue;
        prepare<Backend>(parts, net, pass.gradients(), threads);
        if (!watch || !quarantine.update_diverges()) break;
    }
    quarantine.accept();
    update<Backend>(parts, net, std::as_const(pass).gradients(), threads);
    weigh_copies(net, parts, pass, report);
    pass.commit(net);
    report.quarantined = quarantine.features_pruned();
    report.copies_lost = quarantine.copies_pruned();
    return report;
}

}  // namespace detail

/// One optimizer step on one batch: forward, backward, the update of all parameters, then of the posterior
/// and of the statistics of layers such as BatchNorm.
///
/// If a feature diverges, it is pruned and the step is computed again. If the step throws, model and
/// optimizer are unchanged, except that an average of the parameters in the model (Optimizer::use_average) is
/// replaced by the parameters of the training. `seed`: for the random numbers of layers such as Dropout.
/// @throws DivergenceError as the optimizer's guard specifies
/// @throws ArgumentError if the optimizer was moved from or made for another model, or as `pass` does
template <class Net, class Rule, class Backend>
StepReport take_step(Net& net, Optimizer<Net, Rule>& optimizer, TrainingPass<Net, Backend>& pass,
                     const Batch<typename Net::scalar>& batch, Seed seed = Seed{0}) {
    return detail::take_step<Backend>(net, optimizer, pass, batch, seed);
}

}  // namespace alrao
