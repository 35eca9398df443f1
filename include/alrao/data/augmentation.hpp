#pragma once

#include <alrao/shape/extents.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/number_text.hpp>
#include <alrao/tensor/philox.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace alrao::data {

/// The part of a padded image that `crop_image` copies.
struct Crop {
    std::size_t top = 0, left = 0;  ///< first row and column, in the padded image
    bool mirrored = false;          ///< whether left and right are exchanged
};

/// Copies a part of a padded image. The padding consists of `padding` black pixels (0) on each side; the part
/// has the size of the image: to[y][x] = from[y + top - padding][x + left - padding], then mirrored if
/// `crop.mirrored`. `from` and `to` have shape [height, width, channels] (`extents`) and must not overlap.
/// The crop at (padding, padding) is the image itself.
template <class T>
void crop_image(std::span<const T> from, const Extents& extents, std::size_t padding, Crop crop,
                std::span<T> to) {
    using Index = std::ptrdiff_t;
    const auto height = static_cast<Index>(extents[0]), width = static_cast<Index>(extents[1]),
               channels = static_cast<Index>(extents[2]);
    const Index down = static_cast<Index>(crop.top) - static_cast<Index>(padding);
    const Index right = static_cast<Index>(crop.left) - static_cast<Index>(padding);
    const Index first = std::clamp<Index>(-right, 0, width);  // columns [first, last) are inside the image
    const Index last = std::clamp<Index>(width - right, first, width);
    for (Index y = 0; y < height; ++y) {
        T* const row = to.data() + y * width * channels;
        std::fill_n(row, width * channels, T{});
        if (y + down < 0 || y + down >= height) continue;
        const T* const source = from.data() + ((y + down) * width + first + right) * channels;
        std::copy_n(source, (last - first) * channels, row + first * channels);
        if (!crop.mirrored) continue;
        for (Index x = 0; x < width / 2; ++x)
            std::swap_ranges(row + x * channels, row + (x + 1) * channels, row + (width - 1 - x) * channels);
    }
}

/// The usual augmentation of small photographs (He et al., arXiv 1512.03385, section 4.2): a crop at a random
/// position of the padded image, all positions equally likely, mirrored with probability `mirrored`. Use it
/// with `Augmented`. {.padding = 0} only mirrors, {.mirrored = 0} only crops. Padded pixels are 0 (black), so
/// the images should have values x/255. Normalize them afterwards, by the layer Normalize of the network.
struct CropAndFlip {
    std::size_t padding = 4;  ///< black pixels on each side
    double mirrored = 0.5;    ///< probability, from 0 to 1

    /// Checks that the options are valid and samples are images.
    /// @throws ArgumentError unless `extents` has rank 3 and `mirrored` is in [0, 1]
    void check_extents(const Extents& extents) const {
        if (extents.rank != 3)
            fail({"alrao: CropAndFlip: images have three extents, [height, width, channels], got ",
                  extents.rank});
        if (!(mirrored >= 0 && mirrored <= 1))
            fail({"alrao: CropAndFlip: .mirrored is a probability, got ", mirrored});
    }

    /// Writes an augmented copy of the image `from` to `to`, both [height, width, channels]. Draws three
    /// random numbers, for all options.
    /// @throws ArgumentError as `check_extents`
    template <class T>
    void operator()(std::span<const T> from, const Extents& extents, std::span<T> to, Philox& random) const {
        check_extents(extents);
        const std::uint64_t places = 2 * std::uint64_t{padding} + 1;
        Crop crop{.top = static_cast<std::size_t>(random.below(places)),
                  .left = static_cast<std::size_t>(random.below(places))};
        crop.mirrored = random.uniform() < mirrored;  // drawn also if the result is known
        crop_image(from, extents, padding, crop, to);
    }
};

}  // namespace alrao::data
