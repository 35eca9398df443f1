#pragma once

#include <alrao/learn/step.hpp>
#include <alrao/model/training_pass.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/philox.hpp>
#include <alrao/tensor/threads.hpp>
#include <alrao/train/batches.hpp>
#include <alrao/train/dataset.hpp>
#include <alrao/train/detail/fitted_statistics.hpp>
#include <alrao/train/task.hpp>

#include <cstddef>
#include <span>

namespace alrao {

/// Trains a model step by step, for training loops that users write; `fit` uses it, too. It owns the
/// gradients, the memory of a training pass and that of one batch. All memory is allocated in the
/// constructor; a step allocates memory only if it prunes a feature.
template <class Net, class Optimizer, class Backend = DefaultBackend>
class Trainer {
public:
    using T = typename Net::scalar;
    using network = typename Net::network;

    /// For batches of up to `batch_size` samples with up to `max_time_steps` time steps. Refers to model,
    /// optimizer and threads. `seed`: for the random numbers of layers such as Dropout. They depend on the
    /// number of the step. With a new optimizer, steps are counted from the number of steps that earlier
    /// optimizers took on this model, so that no random numbers are repeated.
    /// @throws ArgumentError if `batch_size` or `max_time_steps` is 0, or if the optimizer was moved from or
    /// made for another model
    Trainer(Net& net, Optimizer& optimizer, std::size_t batch_size, Threads& threads, Seed seed = Seed{0},
            std::size_t max_time_steps = 1)
        : net_(&net),
          optimizer_(&optimizer),
          seed_(seed),
          pass_(batch_size, threads, max_time_steps),
          buffers_(batch_size, network::input_shape.size(), target_count) {
        auto& parts = detail::parts_of(optimizer);
        parts.require_ready_for(net);
        if (parts.steps == 0 && !parts.place.known()) parts.place.earlier_steps = net.place().earlier_steps;
    }

    /// One optimizer step on a batch in the caller's memory. If it throws, model and optimizer are unchanged,
    /// except that an average of the parameters (Optimizer::use_average) is replaced by those before it. The
    /// report contains the loss before the update.
    /// @throws DivergenceError as the optimizer's guard specifies; ArgumentError on labels that are not a
    /// class, a batch that is too large, a model that was moved from, or one whose Normalize or standardised
    /// targets have no constants yet (see fit_statistics)
    StepReport train_step(const Batch<T>& batch) {
        if (!has_constants_) require_constants();
        const StepReport report = take_step(*net_, *optimizer_, pass_, batch, seed_);
        net_->place().earlier_steps = optimizer_->place().earlier_steps + optimizer_->step_number();
        return report;
    }

    /// One optimizer step on the samples of a data set with these indices, at most `batch_size` of them.
    /// @throws as above; ArgumentError if there are more samples, or an index is too large
    StepReport train_step(const Dataset<T>& data, std::span<const std::size_t> samples) {
        return train_step(buffers_.gather(data, samples));
    }

    /// The model and the optimizer that were given to the constructor.
    Net& net() { return *net_; }
    Optimizer& optimizer() { return *optimizer_; }
    /// The state that a recurrent network carries from the chunk of one step to that of the next. Call
    /// state().reset() when new sequences begin.
    CarriedState<Net>& state() { return pass_.state(); }
    /// The training pass, with the gradients and the largest |output| and |gradient| of the last step.
    TrainingPass<Net, Backend>& pass() { return pass_; }

private:
    static constexpr std::size_t target_count =
        task_of<Net> == Task::regression ? network::output_shape.size() : 0;

    [[gnu::cold]] void require_constants() {
        if (detail::lacks_constants(*net_, 0))
            fail(
                "alrao: Trainer: Normalize has no constants: call fit_statistics(net, data) before the "
                "first step, or normalize_by");
        if (detail::lacks_constants(*net_, network::node_count - 1))
            fail(
                "alrao: Trainer: the head has no scale of the targets: call fit_statistics(net, data) "
                "before the first step, or standardize_targets_by");
        has_constants_ = true;
    }

    Net* net_;
    Optimizer* optimizer_;
    bool has_constants_ = false;
    Seed seed_;
    TrainingPass<Net, Backend> pass_;
    BatchBuffers<T> buffers_;
};

}  // namespace alrao
