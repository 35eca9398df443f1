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

/// Everything that training needs beside the model and its optimizer: gradients, the arena, a batch's
/// memory. All of it is allocated here; a step allocates nothing unless it prunes. For loops of your
/// own; `fit` has one inside.
template <class Net, class Optimizer, class Backend = DefaultBackend>
class Trainer {
public:
    using T = typename Net::scalar;
    using network = typename Net::network;

    /// For batches of up to `batch_size` samples of up to `max_time_steps` time steps. Model, optimizer and
    /// threads are referred to. `seed`: of the layers' own randomness, such as Dropout's: a new
    /// optimizer goes on behind the numbers of those that trained the model before.
    /// @throws ArgumentError on a batch of no sample, an optimizer that was moved from or made for
    /// another model
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

    /// One step of training on a batch in the caller's memory, all or nothing. The report tells the
    /// loss before the update.
    /// @throws DivergenceError as the optimizer's guard says; ArgumentError on labels that are no
    ///         class, a batch that is too large, a model that was moved from, or one whose Normalize
    ///         or standardised targets have no constants yet: see fit_statistics
    StepReport train_step(const Batch<T>& batch) {
        if (!has_constants_) require_constants();
        const StepReport report = take_step(*net_, *optimizer_, pass_, batch, seed_);
        net_->place().earlier_steps = optimizer_->place().earlier_steps + optimizer_->step_number();
        return report;
    }

    /// One step on the samples of a data set with these numbers.
    StepReport train_step(const Dataset<T>& data, std::span<const std::size_t> samples) {
        return train_step(buffers_.gather(data, samples));
    }

    Net& net() { return *net_; }
    Optimizer& optimizer() { return *optimizer_; }
    /// What the network carries from one step's chunk of a sequence to the next: reset it where new
    /// sequences begin.
    CarriedState<Net>& state() { return pass_.state(); }
    /// Gradients and magnitudes of the last step.
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
