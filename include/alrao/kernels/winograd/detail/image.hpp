#pragma once

#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/winograd/detail/transform.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace alrao::kernels::detail {

/// The 4x4 tiles that cover the images of a batch, numbered image by image, row by row. Tiles at the
/// right and lower edges may extend beyond the image.
struct TileGrid {
    std::size_t batch, down, across;

    [[nodiscard]] static constexpr TileGrid covering(std::size_t batch, std::size_t height,
                                                     std::size_t width) {
        return {batch, (height + 3) / 4, (width + 3) / 4};
    }
    [[nodiscard]] constexpr std::size_t count() const { return batch * down * across; }
};

/// The images of a batch, with one row of channels per pixel.
template <class T>
struct TiledImages {
    Matrix<T> pixels;
    std::size_t height, width;
    std::size_t padding_above, padding_left;  ///< the padding of the window

    /// table = pointers to the pixels of a tile's Side x Side window, row by row; `outside` for pixels in
    /// the padding or beyond the edges.
    template <std::size_t Side>
    void window(const TileGrid& grid, std::size_t tile, T* outside,
                std::array<T*, Side * Side>& table) const {
        const std::size_t across = tile % grid.across, rest = tile / grid.across;
        const std::size_t down = rest % grid.down, image = rest / grid.down;
        // Unsigned arithmetic wraps, so a coordinate below 0 becomes a very large one.
        const std::size_t top = 4 * down - padding_above, left = 4 * across - padding_left;
        const bool inside = top < height && left < width && top + Side <= height && left + Side <= width;
        if (inside) {
            T* const first = pixels.row((image * height + top) * width + left);
            for (std::size_t i = 0; i < Side; ++i) {
                for (std::size_t j = 0; j < Side; ++j)
                    table[i * Side + j] = first + (i * width + j) * pixels.stride;
            }
            return;
        }
        for (std::size_t i = 0; i < Side; ++i) {
            for (std::size_t j = 0; j < Side; ++j) {
                table[i * Side + j] = top + i < height && left + j < width
                                          ? pixels.row((image * height + top + i) * width + left + j)
                                          : outside;
            }
        }
    }
};

/// Transforms the tiles [tiles.begin, tiles.end): the 6x6 windows over x (`Side` 6) or the 4x4 tiles of an
/// output's gradient (`Side` 4). Channel c of tile t is stored at `values + offset(t - tiles.begin, c)`, with
/// a stride of `stride` between points. `zeros` is a row of zeros. The last register of channels is filled up
/// with zeros.
template <class Arch, std::size_t Side, class T, class Offset>
void transform_tiles(const TiledImages<const T>& images, const TileGrid& grid, Range tiles,
                     std::size_t channels, const T* zeros, T* values, std::size_t stride,
                     const Offset& offset) {
    using Transform = WinogradTransform<Arch, T>;
    constexpr std::size_t width = register_width<T, Arch>, pixels = Side * Side;
    const auto transform = [&](const T* const* pixel, std::size_t at, T* to) __attribute__((always_inline)) {
        if constexpr (Side == 6) {
            Transform::input(pixel, at, {to, stride});
        } else {
            Transform::gradient(pixel, at, {to, stride});
        }
    };
    std::array<const T*, pixels> table{}, next{};
    if (!tiles.empty()) images.template window<Side>(grid, tiles.begin, zeros, next);
    for (std::size_t t = tiles.begin; t < tiles.end; ++t) {
        table = next;
        if (t + 1 < tiles.end) images.template window<Side>(grid, t + 1, zeros, next);
        std::size_t c = 0;
        for (; c + width <= channels; c += width) {
            // The hardware prefetcher does not follow windows, which jump between rows and images.
            constexpr std::size_t ahead = 2 * width;
            const bool here = c + ahead < channels;
            const T* const* const soon = here ? table.data() : next.data();
            const std::size_t at = here ? c + ahead : c % ahead;
#pragma GCC unroll 36
            for (std::size_t i = 0; i < pixels; ++i) __builtin_prefetch(soon[i] + at);
            transform(table.data(), c, values + offset(t - tiles.begin, c));
        }
        if (c < channels) {
            alignas(64) T padded[pixels][width] = {};
            std::array<const T*, pixels> rows;
            for (std::size_t i = 0; i < pixels; ++i) {
                std::copy_n(table[i] + c, channels - c, padded[i]);
                rows[i] = padded[i];
            }
            transform(rows.data(), 0, values + offset(t - tiles.begin, c));
        }
    }
}

}  // namespace alrao::kernels::detail
