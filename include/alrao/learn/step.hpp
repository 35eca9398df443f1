#pragma once

#include <alrao/learn/model_averaging.hpp>
#include <alrao/learn/optimizer.hpp>
#include <alrao/learn/quarantine.hpp>
#include <alrao/learn/retirement.hpp>
#include <alrao/model/examples.hpp>
#include <alrao/model/training_pass.hpp>
#include <alrao/tensor/philox.hpp>

#include <cstddef>
#include <span>

namespace alrao {

/// How a step went.
struct StepReport {
    BatchLoss loss{};              ///< of the batch, before the update
    std::size_t quarantined = 0;   ///< features of the trunk pruned in this step
    std::size_t copies_lost = 0;   ///< copies of the head pruned in this step
    std::size_t copies_retired = 0;  ///< copies of the head that are no longer computed from here on
    std::size_t restarts = 0;      ///< times the step was computed again for it
    Evidence evidence = Evidence::used;  ///< what the batch did to the posterior
};

namespace detail {

/// The posterior learns from the log-likelihoods that the copies had before the step. Sums become
/// what the Likelihood makes of their mean, in place; a copy that is pruned or retired has none.
template <class Net, class Rule>
Evidence learn_weights(Net& net, const Optimizer<Net, Rule>& optimizer, const BatchLoss& loss,
                       std::span<double> log_likelihood) {
    std::size_t head = Optimizer<Net, Rule>::parameter_count;
    for (std::size_t p = 0; p < Optimizer<Net, Rule>::parameter_count; ++p)
        if (Net::parameters[p].copies > 1) head = p;
    if (head == Optimizer<Net, Rule>::parameter_count) return Evidence::used;
    if (!(loss.weight > 0)) return Evidence::unusable;
    bool lost = false;
    for (std::size_t j = 0; j < log_likelihood.size(); ++j) {
        const bool gone = net.posterior().retired[j] != 0 || optimizer.is_pruned(head, j);
        lost = lost || gone;
        log_likelihood[j] =
            gone || !is_finite(log_likelihood[j])
                ? log_zero
                : optimizer.options().likelihood(log_likelihood[j] / loss.weight, loss.samples);
    }
    const Evidence evidence =
        update(optimizer.options().averaging, net.posterior(), log_likelihood);
    if (lost) guard::drop_lost_copies(net.posterior(), optimizer, head);
    return evidence;
}

/// Retires the copies whose time has come. Their weights go to the others, and their gradients, which
/// nobody writes any more, become 0.
template <class Net, class Rule>
std::size_t retire_copies(Net& net, const Optimizer<Net, Rule>& optimizer,
                          std::span<typename Net::scalar> gradients) {
    if (!optimizer.options().retirement || net.posterior().copies() == 1) return 0;
    Posterior& posterior = net.posterior();
    const std::size_t retired =
        retirement::retire(posterior, *optimizer.options().retirement, [&](std::size_t copy) {
            Optimizer<Net, Rule>::clear_gradients(gradients, copy);
        });
    if (retired > 0)
        guard::drop_copies(posterior, [&](std::size_t j) { return posterior.retired[j] == 0; });
    return retired;
}

template <class Backend, class Net, class Rule, class Pass>
StepReport take_step(Net& net, Optimizer<Net, Rule>& optimizer, Pass& pass,
                     const Examples<typename Net::scalar>& examples, Seed seed) {
    optimizer.require_made_for(net);
    Threads& threads = pass.threads();
    const StepNumber number{seed.value,
                            optimizer.state().place.earlier_steps + optimizer.step_number()};
    const bool watch = optimizer.guard().policy != OnDivergence::ignore;
    StepReport report;
    Quarantine<Backend, Net, Rule, Pass> quarantine(net, optimizer, pass, threads);
    for (;; ++report.restarts) {
        report.loss = pass.forward(net, examples, number, watch);
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
        report.copies_retired = retire_copies(net, optimizer, pass.gradients());
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
                     const Examples<typename Net::scalar>& examples, Seed seed = Seed{0}) {
    return detail::take_step<Backend>(net, optimizer, pass, examples, seed);
}

}  // namespace alrao
