#pragma once

#include <alrao/learn/step.hpp>
#include <alrao/model/training_pass.hpp>
#include <alrao/tensor/philox.hpp>
#include <alrao/tensor/threads.hpp>
#include <alrao/train/batches.hpp>
#include <alrao/train/dataset.hpp>
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

    /// For batches of up to `batch_size` samples of up to `max_steps` steps. Model, optimizer and
    /// threads are referred to. `seed`: of the layers' own randomness, such as Dropout's.
    /// @throws ArgumentError on a batch of no sample, an optimizer that was moved from or made for
    /// another model
    Trainer(Net& net, Optimizer& optimizer, std::size_t batch_size, Threads& threads,
            Seed seed = Seed{0}, std::size_t max_steps = 1)
        : net_(&net),
          optimizer_(&optimizer),
          seed_(seed),
          pass_(batch_size, threads, max_steps),
          buffers_(batch_size, network::input_shape.size(), target_count) {
        optimizer.require_state();
        optimizer.require_made_for(net);
    }

    /// One step of training on a batch in the caller's memory, all or nothing. The report tells the
    /// loss before the update.
    /// @throws DivergenceError as the optimizer's guard says; ArgumentError on labels that are no
    ///         class, a batch that is too large, a model that was moved from
    StepReport train_step(const Examples<T>& examples) {
        return take_step(*net_, *optimizer_, pass_, examples, seed_);
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

    Net* net_;
    Optimizer* optimizer_;
    Seed seed_;
    TrainingPass<Net, Backend> pass_;
    BatchBuffers<T> buffers_;
};

}  // namespace alrao
