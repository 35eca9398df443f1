#pragma once

#include <alrao/model/examples.hpp>
#include <alrao/model/execution.hpp>
#include <alrao/model/model.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/fail.hpp>

#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

namespace alrao {

/// What prediction and training share: an arena for a planned network, and the loop over its layers.
/// Buffers are allocated when made, for the largest batch (and steps) that will come; runs allocate
/// nothing.
template <class Net, class Backend, class Planned>
class Runner {
public:
    using T = typename Net::scalar;
    using network = typename Net::network;
    using Calls = CallTable<Backend, T, typename network::leaves>;
    static constexpr const auto& places = placement<network, Planned>;

    Runner(std::size_t batch, std::size_t steps, Threads& threads)
        : threads_(&threads),
          max_batch_(batch),
          max_steps_(steps),
          arena_buffer_(layers::arena_elements(Planned::plan.memory, batch, steps)),
          workspace_(Calls::largest_workspace(network::chain.nodes, batch, steps, threads.count())),
          log_likelihood_(network::copies > 0 ? network::copies : 1) {
        if (batch == 0 || steps == 0) fail("alrao: a workspace needs a batch and steps of at least 1");
    }

    std::size_t max_batch() const { return max_batch_; }
    std::size_t max_steps() const { return max_steps_; }
    Threads& threads() const { return *threads_; }
    /// All memory of the arena; what is in it between calls is nobody's business but the tests'.
    std::span<T> arena() { return arena_buffer_.span(); }

protected:
    /// Points the arena at a batch; the zones lie for its size.
    void begin(const T* input, std::size_t batch, std::size_t steps) {
        if (batch == 0 || batch > max_batch_ || steps == 0 || steps > max_steps_)
            fail("alrao: this workspace was made for batches of 1 to " + std::to_string(max_batch_) +
                 " samples of up to " + std::to_string(max_steps_) + " steps, got " +
                 std::to_string(batch) + " of " + std::to_string(steps));
        if (input == nullptr) fail("alrao: a batch has no inputs");
        arena_ = {arena_buffer_.data(), input, batch, steps, Planned::plan.memory};
    }

    /// What leaf i works on, but for gradients.
    Context<T> context(std::size_t i, const Net& net, bool training) const {
        const NodePlaces& place = places[i];
        const layers::Node& node = network::chain.nodes[i];
        Context<T> context;
        context.node = &node;
        context.batch = arena_.batch;
        context.steps = arena_.steps;
        context.training = training;
        context.ends_with_relu = place.ends_with_relu;
        context.input = arena_.read(place.input, node.input);
        context.output = arena_.block(place.output, node.facts.output);
        for (std::size_t zone = 0; zone < 3; ++zone)
            context.saved[zone] = arena_.address(place.saved[zone]);
        for (std::size_t p = 0; p < node.facts.parameters.size; ++p) {
            const ParameterEntry& entry = network::parameters[place.parameter + p];
            context.parameter[p] = {net.parameter_buffer().data() + entry.offset, nullptr, nullptr,
                                    entry.rows, entry.columns};
        }
        for (std::size_t s = 0; s < node.facts.statistics.size; ++s)
            // Only commit writes statistics, and it is given the model as mutable.
            context.statistic[s] = const_cast<T*>(net.statistic_buffer().data()) +
                                   network::statistics[place.statistic + s].offset;
        context.workspace = workspace_.data();
        context.layer = i;
        context.threads = threads_;
        return context;
    }

    void set_scratch(Context<T>& context, const std::array<Place, 3>& scratch) const {
        for (std::size_t zone = 0; zone < 3; ++zone)
            context.scratch[zone] = arena_.address(scratch[zone]);
    }

    Threads* threads_;
    std::size_t max_batch_, max_steps_;
    AlignedBuffer<T> arena_buffer_;
    mutable AlignedBuffer<T> workspace_;
    std::vector<double> log_likelihood_;
    Arena<T> arena_{};
};

}  // namespace alrao
