#pragma once

#include <alrao/kernels/gemm/tile.hpp>
#include <alrao/kernels/winograd/detail/transform.hpp>
#include <alrao/shape/extents.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace alrao::kernels::detail {

/// The number of points of a transformed tile: 6 x 6.
inline constexpr std::size_t winograd_points = 36;

/// The distance between planes of n elements each. It is an odd number of cache lines, so that
/// simultaneous writes to 36 planes go to different sets of the caches.
template <class T>
[[nodiscard]] constexpr std::size_t plane_stride(std::size_t n) {
    constexpr std::size_t line = 64 / sizeof(T);
    return ((n + line - 1) / line | 1) * line;
}

/// The layout of a matrix that is divided into panels of `panel` columns (the last may have fewer), each stored
/// row by row.
struct Panels {
    std::size_t rows, columns, panel;

    /// The number of columns of the panel that contains a column.
    [[nodiscard]] constexpr std::size_t width(std::size_t column) const {
        return std::min(panel, columns - column / panel * panel);
    }
    /// The index of an element in memory.
    [[nodiscard]] constexpr std::size_t offset(std::size_t row, std::size_t column) const {
        return column / panel * panel * rows + row * width(column) + column % panel;
    }
    [[nodiscard]] constexpr std::size_t size() const { return rows * columns; }
};

/// The sums of a block of tiles, [tile][point][columns], with a stride of `row_stride` between tiles.
template <class T>
struct WinogradSums {
    T* data;
    std::size_t row_stride, columns;
};

/// A block of the gradient of the weights: sums(point, r, k) (+)= sum over tiles t of
/// left(point, t, r) right(point, t, k), for r in `rows`, which begins at the start of a group, and k in
/// `columns`. The stride between groups of sums is `group_stride`, between the points of a group
/// `point_stride`.
template <class T>
struct WinogradGradient {
    std::size_t tiles;
    Panels left_panels, right_panels;
    const T *left, *right;
    std::size_t left_stride, right_stride;  ///< between points
    Range rows, columns;
    T* sums;
    std::size_t point_stride, group_stride;
    bool resume;
};

/// The products of a block at the 36 points, and the layout of their factors.
template <class Backend, class T>
struct WinogradProducts;

template <class Backend, class T>
struct WinogradProducts<Exact<Backend>, T> : WinogradProducts<Backend, T> {};

/// The products computed by register tiles. The transforms store the factors in the order in which the
/// tiles read them.
template <class Arch, class T>
struct WinogradProducts<OwnTiles<Arch>, T> {
    static constexpr std::size_t lanes = register_width<T, Arch>;
    /// The number of columns of a panel of the right factor.
    static constexpr std::size_t panel = tile_width<Arch, T>;
    /// The number of rows of the left factor that are multiplied together.
    static constexpr std::size_t group = tile_rows<Arch>;

    /// The layout of the left factors [tiles, channels] of all points: groups of tiles; within a group,
    /// points; within a point, registers of channels; within a register, tiles.
    struct Tiles {
        std::size_t tiles, channels;  // channels, rounded up to full registers

        [[nodiscard]] constexpr std::size_t point_stride() const { return plane_stride<T>(group * channels); }
        [[nodiscard]] constexpr std::size_t group_stride() const { return winograd_points * point_stride(); }
        [[nodiscard]] constexpr std::size_t height(std::size_t first) const {
            return next_tile_height<Arch>(tiles - first);
        }
        [[nodiscard]] constexpr std::size_t offset(std::size_t tile, std::size_t channel) const {
            const std::size_t first = tile / group * group;
            return tile / group * group_stride() + (tile - first) * lanes + channel * height(first);
        }
        [[nodiscard]] constexpr std::size_t size() const {
            return (tiles + group - 1) / group * group_stride();
        }
    };

    /// True if there are so few tiles that each block of weights would be used at most three times, and
    /// enough columns for all threads; weights are then transformed when they are used.
    static constexpr bool tiles_first(std::size_t tiles, std::size_t columns, int threads) {
        return tiles <= 96 && columns > (static_cast<std::size_t>(threads) - 1) * panel;
    }
    /// The number of tiles of a block. Up to 128 channels of float, the transforms and sums of a block
    /// stay in the second-level cache. With more channels, larger blocks are better, because each block
    /// reads the weights from the third-level cache.
    static constexpr std::size_t block_tiles(std::size_t channels) {
        const std::size_t bytes = channels * sizeof(T);
        return bytes <= 256 ? 36 : bytes <= 512 ? 48 : 96;
    }
    /// The largest numbers of columns, and of summed channels with `tiles_first`, of a block of weights.
    static constexpr std::size_t block_columns(bool tiles_first) { return (tiles_first ? 1 : 2) * panel; }
    static constexpr std::size_t block_sums = 512;

    /// sums(t, point, :) (+)= left(t, point, channels) right(point, channels, :) for the tiles of
    /// `tiles`, a range that begins at the start of a group.
    static void multiply(const Tiles& layout, const T* left, Range tiles, Range channels, const T* right,
                         std::size_t right_stride, const WinogradSums<T>& sums, bool resume) {
        const std::size_t k = channels.size();
        const Panels panels{k, sums.columns, panel};
        const auto groups = static_cast<int>((tiles.size() + group - 1) / group);
        for (std::size_t point = 0; point < winograd_points; ++point) {
            const T* const plane = right + point * right_stride;
            for (std::size_t j = 0; j < sums.columns; j += panel) {
                const std::size_t width = panels.width(j);
                const T* const b = plane + panels.offset(0, j);
                const bool more = j + panel < sums.columns;
                const T* const next_b = more ? plane + panels.offset(0, j + panel) : plane + right_stride;
                const bool last = !more && point + 1 == winograd_points;
                for (int g = 0; g < groups; ++g) {
                    const std::size_t first = static_cast<std::size_t>(g) * group;
                    const std::size_t tile = tiles.begin + first, height = layout.height(tile);
                    const Range piece = last ? Range{0, 0} : split_range(k, groups, g);
                    multiply_tile<Arch, Left::chunks>(
                        height, width / lanes,
                        TileWork<T>{
                            .k = k,
                            .a = left + layout.offset(tile, channels.begin) + point * layout.point_stride(),
                            .b = b,
                            .b_stride = width,
                            .c = {sums.data + first * sums.row_stride + point * sums.columns + j,
                                  sums.row_stride},
                            .resume = resume,
                            .last = false,
                            .bias = nullptr,
                            .magnitude = nullptr,
                            .activation = Activation::none,
                            .next = next_b + piece.begin * panel,
                            .next_stride = panel,
                            .next_rows = piece.size()});
                }
            }
        }
    }

    // ---- sums over tiles: left and right factors are [tiles, channels] ----

    /// The number of columns of a panel of the left factor: a multiple of the tile height and of the
    /// register width.
    static constexpr std::size_t strip = std::lcm(tile_rows<Arch>, lanes);
    /// The number of rows of sums that are stored together.
    static constexpr std::size_t sum_rows = tile_rows<Arch>;
    /// The number of tiles of a block: all if they are few, so that sums are not loaded again.
    static constexpr std::size_t gradient_tiles(std::size_t tiles) { return tiles <= 128 ? tiles : 96; }
    /// The largest numbers of columns and of groups of rows that are computed together.
    static constexpr std::size_t gradient_columns = 4 * panel;
    static constexpr std::size_t gradient_groups = 4;

    /// The number of channels of the left factor, rounded up so that tiles read full registers.
    [[nodiscard]] static constexpr std::size_t left_channels(std::size_t channels) {
        std::size_t covered = 0;
        while (covered < channels) covered += next_tile_height<Arch>(channels - covered);
        return rounded_up(covered, lanes);
    }

    /// Computes the sums of a block, see WinogradGradient.
    static void accumulate(const WinogradGradient<T>& w) {
        const auto groups = static_cast<int>((w.rows.size() + sum_rows - 1) / sum_rows);
        for (std::size_t point = 0; point < winograd_points; ++point) {
            for (std::size_t j = w.columns.begin; j < w.columns.end; j += panel) {
                const std::size_t width = w.right_panels.width(j);
                const T* const b = w.right + point * w.right_stride + w.right_panels.offset(0, j);
                const bool more = j + panel < w.columns.end;
                const T* const next_b =
                    more ? w.right + point * w.right_stride + w.right_panels.offset(0, j + panel)
                         : w.right + (point + 1) * w.right_stride + w.right_panels.offset(0, w.columns.begin);
                const bool last = !more && point + 1 == winograd_points;
                for (int g = 0; g < groups; ++g) {
                    const std::size_t row = w.rows.begin + static_cast<std::size_t>(g) * sum_rows;
                    const Range piece = last ? Range{0, 0} : split_range(w.tiles, groups, g);
                    multiply_tile<Arch, Left::strip>(
                        next_tile_height<Arch>(w.rows.end - row), width / lanes,
                        TileWork<T>{.k = w.tiles,
                                    .a = w.left + point * w.left_stride + w.left_panels.offset(0, row),
                                    .b = b,
                                    .b_stride = width,
                                    .c = {w.sums + static_cast<std::size_t>(g) * w.group_stride +
                                              point * w.point_stride + (j - w.columns.begin),
                                          w.columns.size()},
                                    .resume = w.resume,
                                    .last = false,
                                    .bias = nullptr,
                                    .magnitude = nullptr,
                                    .activation = Activation::none,
                                    .next = next_b + piece.begin * width,
                                    .next_stride = width,
                                    .next_rows = piece.size(),
                                    .a_stride = w.left_panels.width(row)});
                }
            }
        }
    }
};

}  // namespace alrao::kernels::detail
