#pragma once

#include <alrao/learn/model_averaging.hpp>
#include <alrao/learn/optimizer.hpp>
#include <alrao/learn/quarantine.hpp>
#include <alrao/learn/retirement.hpp>
#include <alrao/model/batch.hpp>
#include <alrao/model/training_pass.hpp>
#include <alrao/tensor/philox.hpp>

#include <cstddef>
#include <span>

namespace alrao {

/// How a step went.
struct StepReport {
    BatchLoss loss{};                    ///< of the batch, before the update
    std::size_t quarantined = 0;         ///< features of the trunk pruned in this step
    std::size_t copies_lost = 0;         ///< copies of the head pruned in this step
    std::size_t copies_retired = 0;      ///< copies of the head that are no longer computed from here on
    std::size_t restarts = 0;            ///< times the step was computed again for it
    Evidence evidence = Evidence::used;  ///< what the batch did to the posterior
};

namespace detail {

/// Number of the parameter of an averaged head in the table of a network; of others one past the last.
template <class Net>
constexpr std::size_t averaged_parameter() {
    for (std::size_t p = 0; p < Net::parameters.size(); ++p)
        if (Net::parameters[p].copies > 1) return p;
    return Net::parameters.size();
}

/// The posterior learns from the log-likelihoods that the copies had before the step.
template <class Net, class Rule>
Evidence learn_weights(Net& net, const Optimizer<Net, Rule>& optimizer, const BatchLoss& loss,
                       std::span<double> log_likelihoods) {
    constexpr std::size_t head = averaged_parameter<Net>();
    if constexpr (head == Net::parameters.size()) return Evidence::used;
    else
        return optimizer.copy_weighting().learn(net.posterior(), loss, log_likelihoods, [&](std::size_t j) {
            return net.posterior().retired[j] != 0 || optimizer.is_pruned(head, j);
        });
}

template <class Backend, class Net, class Rule, class Pass>
StepReport take_step(Net& net, Optimizer<Net, Rule>& optimizer, Pass& pass,
                     const Batch<typename Net::scalar>& batch, Seed seed) {
    optimizer.require_made_for(net);
    Threads& threads = pass.threads();
    const StepNumber number{seed.value, optimizer.state().place.earlier_steps + optimizer.step_number()};
    const bool watch = optimizer.guard().policy != OnDivergence::ignore;
    StepReport report;
    Quarantine<Backend, Net, Rule, Pass> quarantine(net, optimizer, pass, threads);
    for (;; ++report.restarts) {
        report.loss = pass.forward(net, batch, number, watch);
        if (watch && quarantine.outputs_diverge()) continue;
        pass.backward(net, watch);
        if (watch && quarantine.gradients_diverge()) continue;
        optimizer.template prepare<Backend>(pass.gradients(), threads);
        if (!watch || !quarantine.update_diverges()) break;
    }
    quarantine.accept();
    optimizer.template update<Backend>(net, pass.gradients(), threads);
    report.evidence = learn_weights(net, optimizer, report.loss, pass.log_likelihood());
    if (report.evidence == Evidence::used)
        report.copies_retired = optimizer.copy_weighting().retire(net.posterior(), [&](std::size_t copy) {
            Optimizer<Net, Rule>::clear_gradients(pass.gradients(), copy);
        });
    pass.commit(net);
    report.quarantined = quarantine.features_pruned();
    report.copies_lost = quarantine.copies_pruned();
    return report;
}

}  // namespace detail

/// One step of training on one batch: forward, backward, the update of all parameters, then of the
/// posterior and the statistics. All or nothing: a feature that diverges is pruned and the step
/// computed again; a step that throws has changed nothing. `seed`: of the layers' randomness.
/// @throws DivergenceError as the optimizer's guard says; ArgumentError if the optimizer was made for
/// another model
template <class Net, class Rule, class Backend>
StepReport take_step(Net& net, Optimizer<Net, Rule>& optimizer, TrainingPass<Net, Backend>& pass,
                     const Batch<typename Net::scalar>& batch, Seed seed = Seed{0}) {
    return detail::take_step<Backend>(net, optimizer, pass, batch, seed);
}

}  // namespace alrao
