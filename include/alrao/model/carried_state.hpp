#pragma once

#include <alrao/graph/network.hpp>
#include <alrao/ops/context.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/memory.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

namespace alrao {

namespace detail {

/// Offset of each layer's state within one stream. The last entry is the number of elements per stream.
template <std::size_t Count>
constexpr std::array<std::size_t, Count + 1> carried_offsets(const graph::Chain<Count>& chain) {
    std::array<std::size_t, Count + 1> offsets{};
    for (std::size_t i = 0; i < Count; ++i)
        offsets[i + 1] = offsets[i] + chain.nodes[i].facts.carried.per_sample;
    return offsets;
}

}  // namespace detail

/// The states of a network's recurrent layers between two chunks of long sequences, for `batch` parallel
/// streams (sequences). Initially 0. Copyable, so that a program can keep a state and restore it later.
/// Empty for a network without recurrent layers.
template <class Net>
class CarriedState {
public:
    using T = typename Net::scalar;
    using network = typename Net::network;
    static constexpr auto offsets = detail::carried_offsets(network::chain);
    /// Number of elements per stream.
    static constexpr std::size_t per_stream = offsets.back();

    /// A state without streams.
    CarriedState() = default;
    /// A state of `batch` streams, all 0.
    explicit CarriedState(std::size_t batch) : batch_(batch), numbers_(per_stream * batch) {}
    CarriedState(const CarriedState&) = default;
    /// A moved-from state has no streams.
    CarriedState(CarriedState&& other) noexcept
        : batch_(std::exchange(other.batch_, 0)), numbers_(std::move(other.numbers_)) {}
    CarriedState& operator=(CarriedState other) noexcept {
        std::swap(batch_, other.batch_);
        std::swap(numbers_, other.numbers_);
        return *this;
    }
    ~CarriedState() = default;

    /// Number of streams. Stream i is sample i of each batch.
    [[nodiscard]] std::size_t batch() const { return batch_; }
    /// Sets the state of all streams to 0.
    void reset() { std::fill_n(numbers_.data(), numbers_.size(), T{0}); }
    /// Sets the state of one stream to 0.
    /// @throws ArgumentError if `stream` is not below batch()
    void reset(std::size_t stream) {
        if (stream >= batch_)
            fail({"alrao: CarriedState: stream ", stream, " does not exist; there are ", batch_});
        for (std::size_t i = 0; i < network::node_count; ++i) {
            const Block<T> block = of_leaf(i, batch_);
            if (block) std::fill_n(block.row(stream), block.channels, T{0});
        }
    }

    /// All elements: for each layer in order [streams, elements of the layer].
    [[nodiscard]] std::span<T> numbers() { return numbers_.span(); }
    [[nodiscard]] std::span<const T> numbers() const { return numbers_.span(); }

    /// State of layer i for the first `streams` streams, one row each. Null if the layer has no state.
    [[nodiscard]] Block<T> of_leaf(std::size_t i, std::size_t streams) {
        const std::size_t width = offsets[i + 1] - offsets[i];
        if (width == 0) return {};
        return {numbers_.data() + offsets[i] * batch_, streams, width, width};
    }

    [[nodiscard]] Block<const T> of_leaf(std::size_t i, std::size_t streams) const {
        const std::size_t width = offsets[i + 1] - offsets[i];
        if (width == 0) return {};
        return {numbers_.data() + offsets[i] * batch_, streams, width, width};
    }

    /// Copies the first `streams` streams of another state with the same number of streams.
    /// @throws ArgumentError if the numbers of streams differ or `streams` is larger
    void take(const CarriedState& other, std::size_t streams) {
        if (other.batch_ != batch_ || streams > batch_)
            fail({"alrao: CarriedState: cannot take ", streams, " streams from a state of ", other.batch_,
                  " into one of ", batch_});
        for (std::size_t i = 0; i < network::node_count; ++i) {
            const Block<const T> from = other.of_leaf(i, streams);
            if (from) std::copy_n(from.data, from.rows * from.stride, of_leaf(i, streams).data);
        }
    }

private:
    std::size_t batch_ = 0;
    AlignedBuffer<T> numbers_;
};

}  // namespace alrao
