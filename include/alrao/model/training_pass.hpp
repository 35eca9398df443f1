#pragma once

#include <alrao/kernels/cblas.hpp>
#include <alrao/kernels/normalization/row_pieces.hpp>
#include <alrao/model/detail/runner.hpp>
#include <alrao/tensor/denormals.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace alrao {

namespace detail {

/// Offsets of arrays that are stored one after the other, each at a multiple of 16 elements. The last entry
/// is the total size.
template <std::size_t N>
constexpr std::array<std::size_t, N + 1> running_offsets(const std::array<std::size_t, N>& sizes) {
    std::array<std::size_t, N + 1> offsets{};
    for (std::size_t i = 0; i < N; ++i)
        offsets[i + 1] = offsets[i] + rounded_up(sizes[i], graph::block_granule);
    return offsets;
}

template <std::size_t N>
constexpr std::array<std::size_t, N> columns_of(const std::array<ParameterEntry, N>& parameters) {
    std::array<std::size_t, N> columns{};
    for (std::size_t p = 0; p < N; ++p) columns[p] = parameters[p].columns;
    return columns;
}

/// Number of output channels of each layer that has parameters and is not a head; 0 for other layers.
template <std::size_t N>
constexpr std::array<std::size_t, N> watched_channels(const graph::Chain<N>& chain) {
    std::array<std::size_t, N> channels{};
    for (std::size_t i = 0; i < N; ++i) {
        const Facts& facts = chain.nodes[i].facts;
        if (facts.parameters.size > 0 && facts.copies == 0) channels[i] = facts.output.channels();
    }
    return channels;
}

}  // namespace detail

/// Forward and backward pass of a network on one batch: computes the loss, its gradients, and the largest
/// |output| and |gradient| of each feature, which the guard uses to detect divergence. Denormal numbers are
/// replaced by 0 (FlushDenormals). Optimizers use this class (take_step). For an update of your own, call
/// `forward` and `backward`, change the parameters, then call `commit`. Of these functions, only `commit`
/// changes the model.
template <TrainableModel Net, class Backend = DefaultBackend>
class TrainingPass : public Runner<Net, Backend, typename Net::network::Training> {
    using Base = Runner<Net, Backend, typename Net::network::Training>;

public:
    using typename Base::network;
    using typename Base::T;
    /// Offset of gradient_magnitude(p) in its buffer; below, size and offset of output_magnitude(i).
    static constexpr auto magnitude_offsets =
        detail::running_offsets(detail::columns_of(network::parameters));
    static constexpr auto watched_channels = detail::watched_channels(network::chain);
    static constexpr auto output_offsets = detail::running_offsets(watched_channels);

    /// Allocates memory for batches of up to `batch` samples with up to `time_steps` time steps. `threads`
    /// must outlive this object.
    /// @throws ArgumentError if `batch` or `time_steps` is 0
    TrainingPass(std::size_t batch, Threads& threads, std::size_t time_steps = 1)
        : Base(batch, time_steps, threads),
          gradients_(network::parameter_elements),
          gradient_magnitudes_(magnitude_offsets.back()),
          output_magnitudes_(output_offsets.back()),
          piece_sums_(most_pieces(batch).elements),
          pieces_taken_(most_pieces(batch).count) {
        static_assert(network::copies > 0,
                      "alrao: a network is trained by the loss of its last layer: end it with a head, "
                      "such as SoftmaxClassifier<K> or AveragedHead<SoftmaxClassifier<K>, N>");
    }

    /// Runs all layers and returns the loss of the batch. `number` determines random numbers (Dropout). If
    /// `watch` is set, also computes output_magnitude.
    /// @throws ArgumentError if the batch does not fit this object, has no labels or targets, or has an
    /// invalid label, weight or token
    BatchLoss forward(const Net& net, const Batch<T>& batch, StepNumber number, bool watch) {
        const FlushDenormals flush;
        this->begin(net, batch.inputs, batch.samples, batch.time_steps);
        number_ = number;
        head_ = {.truth = batch.truth,
                 .log_weights = net.posterior().log_weights.data(),
                 .retired = net.posterior().retired.data(),
                 .log_likelihood = this->log_likelihood_.data()};
        for (std::size_t i = 0; i < network::node_count; ++i) {
            if (Base::places[i].fused.forward_elsewhere) continue;
            Context<T> context = training_context(i, net);
            this->set_scratch(context, Base::places[i].forward_scratch);
            set_pieces(context, Base::places[i]);
            if (watch && watched_channels[i] > 0)
                context.output_magnitude = output_magnitudes_.data() + output_offsets[i];
            Base::Calls::forward[i](context);
        }
        return head_.loss;
    }

    /// Computes the gradients for the batch of the last forward. If `watch` is set, also computes
    /// gradient_magnitude.
    void backward(const Net& net, bool watch) {
        const FlushDenormals flush;
        for (std::size_t i = network::node_count; i-- > 0;) {
            const NodePlaces& place = Base::places[i];
            if (!place.learns) continue;
            Context<T> context = training_context(i, net);
            this->set_scratch(context, place.backward_scratch);
            const graph::Node& node = network::fused.nodes[i];
            context.output_gradient = this->arena_.block(place.output_gradient, node.facts.output);
            context.input_gradient = this->arena_.block(place.input_gradient, node.input);
            for (std::size_t p = 0; p < node.facts.parameters.size; ++p) {
                const std::size_t number = place.parameter + p;
                context.parameter[p].gradient = gradients_.data() + network::parameters[number].offset;
                if (watch)
                    context.parameter[p].gradient_magnitude =
                        gradient_magnitudes_.data() + magnitude_offsets[number];
            }
            Base::Calls::backward[i](context);
        }
    }

    /// Updates the statistics of the model (running means) with those of the batch, and stores the state
    /// that recurrent layers have written as the initial state of the next forward.
    void commit(Net& net) {
        const FlushDenormals flush;
        for (std::size_t i = 0; i < network::node_count; ++i) {
            if (network::chain.nodes[i].facts.statistics.size == 0) continue;
            Context<T> context = training_context(i, net);
            Base::Calls::commit[i](context);
        }
        this->carry_on();
    }

    /// Gradients of the mean loss of the batch of the last `backward` (the weighted mean if samples have
    /// weights), with the layout of the model's parameter buffer.
    std::span<T> gradients() { return gradients_.span(); }
    std::span<const T> gradients() const { return gradients_.span(); }
    /// [columns], largest |gradient| of each column of parameter p (an index into Net::parameters).
    std::span<T> gradient_magnitude(std::size_t p) {
        return gradient_magnitudes_.span().subspan(magnitude_offsets[p], network::parameters[p].columns);
    }
    /// [channels], largest |output| of layer i, before a ReLU that is fused into the layer. Empty if the
    /// layer has no parameters or is the head.
    std::span<T> output_magnitude(std::size_t i) {
        return output_magnitudes_.span().subspan(output_offsets[i], watched_channels[i]);
    }
    /// [copies], log-likelihood of the batch for each copy of the head, summed over samples; -infinity if it
    /// is not finite.
    std::span<double> log_likelihood() { return this->log_likelihood_; }

private:
    Context<T> training_context(std::size_t i, const Net& net) {
        Context<T> context = this->context(i, net, true);
        context.seed = Seed{number_.seed};
        context.step = number_.step;
        if (i + 1 == network::node_count) context.head = &head_;
        return context;
    }

    /// Memory for the column statistics that convolutions compute for a following BatchNorm.
    struct Pieces {
        std::size_t elements = 0, count = 0;
    };
    static Pieces most_pieces(std::size_t batch) {
        Pieces most;
        for (std::size_t i = 0; i < network::node_count; ++i) {
            if (!Base::places[i].fused.writes_statistics) continue;
            const Shape& shape = network::fused.nodes[i].facts.output;
            const kernels::Rows extent{shape.pixels() * batch, shape.channels()};
            most.elements = std::max(most.elements, kernels::RowPieces<T>::elements(extent));
            most.count = std::max(most.count, kernels::piece_count(extent.rows));
        }
        return most;
    }
    static constexpr bool any_pieces = [] {
        for (const NodePlaces& place : Base::places)
            if (place.fused.writes_statistics) return true;
        return false;
    }();
    void set_pieces(Context<T>& context, const NodePlaces& place) {
        if constexpr (any_pieces) {
            if (place.fused.writes_statistics) {
                const Block<const T> written = context.output;
                std::fill_n(pieces_taken_.data(), pieces_taken_.size(), static_cast<unsigned char>(0));
                pieces_ = kernels::row_pieces<Backend>(written.extent(), written.matrix(), piece_sums_.data(),
                                                       pieces_taken_.data());
            }
            if (place.fused.writes_statistics || place.fused.reads_statistics) context.pieces = &pieces_;
        }
    }

    AlignedBuffer<T> gradients_, gradient_magnitudes_, output_magnitudes_;
    AlignedBuffer<T> piece_sums_;
    AlignedBuffer<unsigned char> pieces_taken_;
    kernels::RowPieces<T> pieces_{};
    HeadCall<T> head_{};
    StepNumber number_{};
};

}  // namespace alrao
