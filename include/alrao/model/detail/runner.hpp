#pragma once

#include <alrao/model/batch.hpp>
#include <alrao/model/carried_state.hpp>
#include <alrao/model/detail/execution.hpp>
#include <alrao/model/model.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/fail.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace alrao {

namespace detail {

/// Memory of a pass, independent of the network's type: arena, workspace, log-likelihoods of the head.
template <class T>
class PassMemory {
public:
    /// Largest batch size for which memory was allocated.
    std::size_t max_batch() const { return max_batch_; }
    /// Largest number of time steps for which memory was allocated.
    std::size_t max_time_steps() const { return max_time_steps_; }
    Threads& threads() const { return *threads_; }
    /// All memory of the arena, for tests; its contents between calls are unspecified.
    std::span<T> arena() { return arena_buffer_.span(); }

protected:
    /// Tables and addresses of a model's parameters and statistics.
    struct Numbers {
        std::span<const ParameterEntry> parameters;
        std::span<const StatisticEntry> statistics;
        const T *parameter, *statistic;
    };

    /// Not copyable: the arena of a copy would refer to the memory of the original.
    PassMemory(const PassMemory&) = delete;
    PassMemory& operator=(const PassMemory&) = delete;
    PassMemory(PassMemory&&) noexcept = default;
    PassMemory& operator=(PassMemory&&) noexcept = default;
    ~PassMemory() = default;

    [[gnu::cold]] PassMemory(const Memory& planned, std::size_t workspace, std::size_t copies,
                             std::size_t batch, std::size_t time_steps, Threads& threads)
        : threads_(&threads),
          max_batch_(batch),
          max_time_steps_(time_steps),
          arena_buffer_(graph::arena_elements(planned, batch, time_steps)),
          workspace_(workspace),
          log_likelihood_(copies > 0 ? copies : 1) {
        if (batch == 0 || time_steps == 0)
            fail("alrao: a workspace needs a batch size and a number of time steps of at least 1");
    }

    /// Sets up the arena for a batch of the given size. Throws ArgumentError if it does not fit.
    void begin(const Memory& planned, const T* input, std::size_t batch, std::size_t time_steps) {
        if (batch == 0 || batch > max_batch_ || time_steps == 0 || time_steps > max_time_steps_)
            fail({"alrao: this workspace was made for batches of 1 to ", max_batch_, " samples with up to ",
                  max_time_steps_, " time steps, got ", batch, " samples with ", time_steps});
        if (input == nullptr) fail("alrao: a batch has no inputs");
        if (arena_buffer_.size() < graph::arena_elements(planned, batch, time_steps))
            fail("alrao: this workspace was moved from");
        arena_ = {arena_buffer_.data(), input, batch, time_steps, planned};
    }

    /// The context of layer i, without scratch memory and gradients.
    [[gnu::noinline]] Context<T> context(std::size_t i, const graph::Node* nodes, const NodePlaces& place,
                                         const Numbers& numbers, bool training) const {
        const graph::Node& node = nodes[i];
        Context<T> context;
        context.node = &node;
        context.batch_size = arena_.batch;
        context.max_batch_size = max_batch_;
        context.time_steps = arena_.time_steps;
        context.training = training;
        context.fused = place.fused;
        context.input = arena_.read(place.input, node.input);
        context.output = arena_.block(place.output, node.facts.output);
        context.saved = addresses(place.saved);
        for (std::size_t p = 0; p < node.facts.parameters.size; ++p) {
            const ParameterEntry& entry = numbers.parameters[place.parameter + p];
            context.parameter[p] = {numbers.parameter + entry.offset, nullptr, nullptr, entry.rows,
                                    entry.columns};
        }
        for (std::size_t s = 0; s < node.facts.statistics.size; ++s)
            // Only commit writes statistics, and its caller holds the model as non-const.
            context.statistic[s] =
                const_cast<T*>(numbers.statistic) + numbers.statistics[place.statistic + s].offset;
        context.workspace = workspace_.data();
        context.layer = i;
        context.threads = threads_;
        return context;
    }

    ByZone<T*> addresses(const ByZone<Place>& places) const {
        return {arena_.address(places.per_token), arena_.address(places.per_sample),
                arena_.address(places.fixed)};
    }

    void set_scratch(Context<T>& context, const ByZone<Place>& scratch) const {
        context.scratch = addresses(scratch);
    }

    Threads* threads_;
    std::size_t max_batch_, max_time_steps_;
    AlignedBuffer<T> arena_buffer_;
    mutable AlignedBuffer<T> workspace_;
    std::vector<double> log_likelihood_;
    Arena<T> arena_{};
};

}  // namespace detail

/// Base of prediction (Workspace) and training (TrainingPass): memory for a planned network, and the
/// contexts of its layers. The constructor allocates memory for the largest batch and number of time steps;
/// runs do not allocate.
template <class Net, class Backend, class Planned>
class Runner : public detail::PassMemory<typename Net::scalar> {
    using Base = detail::PassMemory<typename Net::scalar>;

public:
    using T = typename Net::scalar;
    using network = typename Net::network;
    static constexpr const auto& places = placement<network, Planned>;
    using Calls = CallTable<Backend, T, called_layers<typename network::leaves, places>>;
    static constexpr const auto& branch_places = branch_placement<network, Planned>;

    Runner(std::size_t batch, std::size_t time_steps, Threads& threads)
        : Base(Planned::plan.memory,
               Calls::largest_workspace(network::fused.nodes, batch, time_steps, threads.count()),
               network::copies, batch, time_steps, threads),
          state_(batch),
          carried_on_(batch) {}

    /// State of the recurrent layers after the last run, from which the next run starts; initially 0. Each
    /// run of a Workspace and each completed training step updates it. A batch with fewer samples than the
    /// largest uses and updates the first streams only.
    CarriedState<Net>& state() { return state_; }
    const CarriedState<Net>& state() const { return state_; }

protected:
    using Base::arena_;
    static constexpr bool carries = CarriedState<Net>::per_stream > 0;

    void begin(const Net& net, const T* input, std::size_t batch, std::size_t time_steps) {
        require_numbers(net);
        Base::begin(Planned::plan.memory, input, batch, time_steps);
        if (carries && state_.batch() != this->max_batch_)
            fail({"alrao: the carried state has ", state_.batch(), " streams, but this workspace needs ",
                  this->max_batch_});
    }

    /// Stores the state that the layers have written as the initial state of the next run.
    void carry_on() {
        if constexpr (carries) state_.take(carried_on_, arena_.batch);
    }

    Context<T> context(std::size_t i, const Net& net, bool training) const {
        Context<T> context = Base::context(i, network::fused.nodes.data(), places[i],
                                           {network::parameters, network::statistics,
                                            net.parameter_buffer().data(), net.statistic_buffer().data()},
                                           training);
        if constexpr (most_branches<network, Planned> > 0) context.branches = branches_of(places[i]);
        if constexpr (carries) {
            context.carried = state_.of_leaf(i, arena_.batch);
            context.carried_on = carried_on_.of_leaf(i, arena_.batch);
        }
        return context;
    }

private:
    /// The memory of the branches of a fork, add or join, valid until the next call.
    std::span<const BranchBlocks<T>> branches_of(const NodePlaces& place) const {
        for (std::size_t b = 0; b < place.branches; ++b) {
            const BranchPlaces& branch = branch_places[place.branch + b];
            branches_[b] = {arena_.read(branch.end, branch.end_shape),
                            arena_.block(branch.end_gradient, branch.end_shape),
                            arena_.block(branch.start_gradient, branch.start_shape)};
        }
        return {branches_.data(), place.branches};
    }

    mutable CarriedState<Net> state_, carried_on_;
    /// Branches of the composition that is being called.
    mutable std::array<BranchBlocks<T>, most_branches<network, Planned>> branches_{};
};

}  // namespace alrao
