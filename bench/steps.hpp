#pragma once

#include <alrao/alrao.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

/// A batch of samples with normal inputs (`elements` numbers per sample) and random labels from 0 to 9.
class Noise {
public:
    Noise(std::size_t batch, std::size_t elements) : inputs_(batch * elements), labels_(batch) {
        alrao::Philox random(alrao::Seed{1}, 0);
        for (float& x : inputs_) x = static_cast<float>(random.normal());
        for (std::int32_t& label : labels_) label = static_cast<std::int32_t>(random.below(10));
    }
    alrao::Batch<float> examples() const {
        return {.inputs = inputs_.data(), .truth = {.labels = labels_.data()}, .samples = labels_.size()};
    }

private:
    std::vector<float> inputs_;
    std::vector<std::int32_t> labels_;
};

/// A network and its optimizer. Each call trains for one step, always on the same batch of random samples.
/// `make(net)` returns the optimizer.
template <class Net, class Optimizer>
class Steps {
public:
    template <class MakeOptimizer>
    Steps(std::size_t batch, alrao::Threads& threads, MakeOptimizer make)
        : noise_(batch, Net::network::input_shape.size()),
          net_(alrao::Seed{1}),
          optimizer_(make(net_)),
          pass_(batch, threads) {}
    void operator()() { step(); }
    /// Trains for one step. Returns the mean loss of the batch in nats, before the update.
    double step() { return alrao::take_step(net_, optimizer_, pass_, noise_.examples()).loss.mean_loss(); }

private:
    Noise noise_;
    Net net_;
    Optimizer optimizer_;
    alrao::TrainingPass<Net> pass_;
};

}  // namespace bench
