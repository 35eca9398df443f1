#pragma once

#include <alrao/shape/extents.hpp>

#include <cstddef>

namespace alrao {

/// The extents of what one sample is between two layers (of one token, if `per_token`): features, or
/// height x width x channels. Channels are last; the batch is not part of it.
struct Shape {
    Extents extents{};
    bool per_token = false;  ///< there are `steps` of these in a sample; steps is known at run time

    constexpr std::size_t rank() const { return extents.rank; }
    constexpr std::size_t size() const { return extents.size(); }
    constexpr std::size_t operator[](std::size_t axis) const { return extents[axis]; }
    /// Extent of the last axis: the features or channels.
    constexpr std::size_t channels() const { return extents.rank == 0 ? 1 : extents[extents.rank - 1]; }
    /// Places that share the channels: height x width of an image, 1 of a flat shape.
    constexpr std::size_t pixels() const {
        return extents.rank == 0 ? 1 : extents.product(0, extents.rank - 1);
    }
    constexpr bool operator==(const Shape&) const = default;
};

/// n features.
constexpr Shape features(std::size_t n, bool per_token = false) { return {Extents{n}, per_token}; }

/// An image, channels last.
constexpr Shape image(std::size_t height, std::size_t width, std::size_t channels) {
    return {Extents{height, width, channels}, false};
}

}  // namespace alrao
