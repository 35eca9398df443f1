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

/// Where the carried numbers of each leaf lie, per stream; last: how many there are.
template <std::size_t Count>
constexpr std::array<std::size_t, Count + 1> carried_offsets(const graph::Chain<Count>& chain) {
    std::array<std::size_t, Count + 1> offsets{};
    for (std::size_t i = 0; i < Count; ++i)
        offsets[i + 1] = offsets[i] + chain.nodes[i].facts.carried.per_sample;
    return offsets;
}

}  // namespace detail

/// What a network remembers of the steps before a chunk of a sequence, for each of `batch` streams:
/// the states of its recurrent layers. All 0 at first. Copyable, so that a program can keep one and
/// put it back. Empty for a network that carries nothing.
template <class Net>
class CarriedState {
public:
    using T = typename Net::scalar;
    using network = typename Net::network;
    static constexpr auto offsets = detail::carried_offsets(network::chain);
    /// Numbers of one stream.
    static constexpr std::size_t per_stream = offsets.back();

    CarriedState() = default;
    explicit CarriedState(std::size_t batch) : batch_(batch), numbers_(per_stream * batch) {}
    CarriedState(const CarriedState&) = default;
    /// One that was moved from has no streams.
    CarriedState(CarriedState&& other) noexcept
        : batch_(std::exchange(other.batch_, 0)), numbers_(std::move(other.numbers_)) {}
    CarriedState& operator=(CarriedState other) noexcept {
        std::swap(batch_, other.batch_);
        std::swap(numbers_, other.numbers_);
        return *this;
    }
    ~CarriedState() = default;

    /// Streams, each of which is one sample of the batches.
    [[nodiscard]] std::size_t batch() const { return batch_; }
    /// Begins all streams anew.
    void reset() { std::fill_n(numbers_.data(), numbers_.size(), T{0}); }
    /// Begins one stream anew.
    /// @throws ArgumentError if there is no such stream
    void reset(std::size_t stream) {
        if (stream >= batch_) fail({"alrao: CarriedState: there is no stream ", stream, " of ", batch_});
        for (std::size_t i = 0; i < network::node_count; ++i) {
            const Block<T> block = of_leaf(i, batch_);
            if (block) std::fill_n(block.row(stream), block.channels, T{0});
        }
    }

    /// All numbers, leaf by leaf: [streams][numbers of the leaf].
    [[nodiscard]] std::span<T> numbers() { return numbers_.span(); }
    [[nodiscard]] std::span<const T> numbers() const { return numbers_.span(); }

    /// Those of leaf i for the first `streams` streams, a row each; null if it carries nothing.
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

    /// Takes over the first `streams` streams of another state, which is for as many as this one.
    /// @throws ArgumentError if it is not, or they are more
    void take(const CarriedState& other, std::size_t streams) {
        if (other.batch_ != batch_ || streams > batch_)
            fail({"alrao: CarriedState: ", streams, " streams of ", other.batch_, " do not fit ", batch_});
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
