#pragma once

#include <alrao/shape/extents.hpp>

#include <cstddef>

namespace alrao {

/// The shape of one sample between two layers: [features] or [height, width, channels]. The batch
/// dimension is not included. In a network of sequences (`per_token`) it is the shape of one token, that
/// is, of one time step of one sample.
struct Shape {
    Extents extents{};
    bool per_token = false;  ///< a sample is a sequence of such values; its length is known at run time

    constexpr std::size_t rank() const { return extents.rank; }
    /// Number of elements: the product of all extents.
    constexpr std::size_t size() const { return extents.size(); }
    constexpr std::size_t operator[](std::size_t axis) const { return extents[axis]; }
    /// Extent of the last axis: the number of features or channels. 1 for rank 0.
    constexpr std::size_t channels() const { return extents.rank == 0 ? 1 : extents[extents.rank - 1]; }
    /// Product of all extents but the last: height x width for an image, 1 for a flat shape.
    constexpr std::size_t pixels() const {
        return extents.rank == 0 ? 1 : extents.product(0, extents.rank - 1);
    }
    constexpr bool operator==(const Shape&) const = default;
};

/// A flat shape of n features.
constexpr Shape features(std::size_t n, bool per_token = false) { return {Extents{n}, per_token}; }

/// The shape of an image, channels last.
constexpr Shape image(std::size_t height, std::size_t width, std::size_t channels) {
    return {Extents{height, width, channels}, false};
}

}  // namespace alrao
