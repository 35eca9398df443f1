#pragma once

#include <alrao/kernels/vector.hpp>
#include <alrao/kernels/winograd/detail/image.hpp>
#include <alrao/kernels/winograd/detail/products.hpp>
#include <alrao/shape/extents.hpp>

#include <algorithm>
#include <cstddef>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels::detail {

/// How the gradient of the weights is divided into blocks. The sizes do not affect the bits, because the
/// sum of an element is one chain over the tiles.
template <class Backend, class T>
struct GradientPlan {
    using Products = WinogradProducts<Backend, T>;
    using Arch = typename Backend::arch;
    static constexpr std::size_t lanes = register_width<T, Arch>;

    std::size_t tiles, in, out;
    std::size_t block_tiles, block_columns, block_groups;
    Panels left, right;

    constexpr GradientPlan(std::size_t tile_count, std::size_t in_channels, std::size_t out_channels)
        : tiles(tile_count),
          in(in_channels),
          out(out_channels),
          block_tiles(std::min(tiles, Products::gradient_tiles(tiles))),
          block_columns(std::min(rounded_up(out, lanes), Products::gradient_columns)),
          block_groups(std::min(groups(), Products::gradient_groups)),
          left{block_tiles, Products::left_channels(in), Products::strip},
          right{block_tiles, rounded_up(out, lanes), Products::panel} {}

    [[nodiscard]] constexpr std::size_t groups() const {
        return (in + Products::sum_rows - 1) / Products::sum_rows;
    }
    [[nodiscard]] constexpr std::size_t column_blocks() const {
        return (right.columns + block_columns - 1) / block_columns;
    }
    [[nodiscard]] constexpr std::size_t left_stride() const { return plane_stride<T>(left.size()); }
    [[nodiscard]] constexpr std::size_t right_stride() const { return plane_stride<T>(right.size()); }
    [[nodiscard]] constexpr std::size_t point_stride() const {
        return plane_stride<T>(Products::sum_rows * block_columns);
    }
    [[nodiscard]] constexpr std::size_t group_stride() const { return winograd_points * point_stride(); }
    /// True if there is one block of tiles: the sums are then complete at once, and each thread needs
    /// memory for one block of sums only.
    [[nodiscard]] constexpr bool at_once() const { return block_tiles == tiles; }

    [[nodiscard]] constexpr std::size_t zeros() const {
        return std::max(rounded_up(in, lanes), right.columns);
    }
    [[nodiscard]] constexpr std::size_t workspace(int threads) const {
        const auto count = static_cast<std::size_t>(threads);
        return zeros() + count * right.columns + winograd_points * (left_stride() + right_stride()) +
               (at_once() ? count * block_groups : column_blocks() * groups()) * group_stride();
    }
};

/// dweight(r, s, c, k) = sum over images and pixels (i, j) of
/// x(image, i + r - above, j + s - left, c) dy(image, i, j, k), where `above` and `left` are the padding of x.
template <class Backend, class T>
class WeightGradient {
    using Plan = GradientPlan<Backend, T>;
    using Products = typename Plan::Products;
    using Arch = typename Plan::Arch;
    using V = Register<T, Arch>;
    static constexpr std::size_t lanes = Plan::lanes;

public:
    WeightGradient(std::size_t batch, const TiledImages<const T>& x, std::size_t in,
                   const TiledImages<const T>& dy, std::size_t out, T* dweight, T* magnitude, T* workspace,
                   int threads)
        : grid_(TileGrid::covering(batch, dy.height, dy.width)),
          x_(x),
          dy_(dy),
          dweight_(dweight),
          magnitude_(magnitude),
          plan_(grid_.count(), in, out),
          zeros_(workspace),
          magnitudes_(zeros_ + plan_.zeros()),
          left_(magnitudes_ + static_cast<std::size_t>(threads) * plan_.right.columns),
          right_(left_ + winograd_points * plan_.left_stride()),
          sums_(right_ + winograd_points * plan_.right_stride()) {}

    void run(Threads& threads) {
        std::fill_n(zeros_, plan_.zeros(), T{0});
        const auto count = static_cast<std::size_t>(threads.count());
        std::fill_n(magnitudes_, count * plan_.right.columns, T{0});
        if (plan_.tiles == 0) std::fill_n(dweight_, 9 * plan_.in * plan_.out, T{0});
        for (std::size_t t = 0; t < plan_.tiles; t += plan_.block_tiles) {
            const Range tiles{t, std::min(plan_.tiles, t + plan_.block_tiles)};
            threads.run([&](int thread) {
                const Range piece = split_range(tiles.size(), threads.count(), thread);
                transform({tiles.begin + piece.begin, tiles.begin + piece.end}, piece.begin);
            });
            threads.run([&](int thread) {
                multiply(tiles, split_range(plan_.column_blocks() * plan_.groups(), threads.count(), thread),
                         thread);
            });
        }
        if (magnitude_ != nullptr) {
            std::copy_n(magnitudes_, plan_.out, magnitude_);
            for (std::size_t t = 1; t < count; ++t) {
                const T* const other = magnitudes_ + t * plan_.right.columns;
                for (std::size_t k = 0; k < plan_.out; ++k)
                    magnitude_[k] = magnitude_max(magnitude_[k], other[k]);
            }
        }
    }

private:
    void transform(Range tiles, std::size_t first) const {
        transform_tiles<Arch, 6>(
            x_, grid_, tiles, plan_.in, zeros_, left_, plan_.left_stride(),
            [&](std::size_t tile, std::size_t channel) { return plan_.left.offset(first + tile, channel); });
        transform_tiles<Arch, 4>(
            dy_, grid_, tiles, plan_.out, zeros_, right_, plan_.right_stride(),
            [&](std::size_t tile, std::size_t channel) { return plan_.right.offset(first + tile, channel); });
    }

    /// Each unit is a group of rows within a block of columns.
    void multiply(Range tiles, Range units, int thread) const {
        for (std::size_t u = units.begin; u < units.end;) {
            const std::size_t block = u / plan_.groups(), group = u % plan_.groups();
            const std::size_t groups = std::min({plan_.block_groups, plan_.groups() - group, units.end - u});
            const std::size_t slot =
                plan_.at_once() ? static_cast<std::size_t>(thread) * plan_.block_groups : u;
            T* const sums = sums_ + slot * plan_.group_stride();
            const std::size_t column = block * plan_.block_columns;
            const std::size_t row = group * Products::sum_rows;
            const Range rows{row, std::min(plan_.in, row + groups * Products::sum_rows)};
            const Range columns{column, std::min(plan_.right.columns, column + plan_.block_columns)};
            Products::accumulate({.tiles = tiles.size(),
                                  .left_panels = plan_.left,
                                  .right_panels = plan_.right,
                                  .left = left_,
                                  .right = right_,
                                  .left_stride = plan_.left_stride(),
                                  .right_stride = plan_.right_stride(),
                                  .rows = rows,
                                  .columns = columns,
                                  .sums = sums,
                                  .point_stride = plan_.point_stride(),
                                  .group_stride = plan_.group_stride(),
                                  .resume = tiles.begin != 0});
            if (tiles.end == plan_.tiles) write(rows, columns, sums, thread);
            u += groups;
        }
    }

    void write(Range rows, Range columns, const T* sums, int thread) const {
        T* const magnitude = magnitudes_ + static_cast<std::size_t>(thread) * plan_.right.columns;
        for (std::size_t c = rows.begin; c < rows.end; ++c) {
            const std::size_t row = c - rows.begin;
            const T* const from = sums + row / Products::sum_rows * plan_.group_stride() +
                                  row % Products::sum_rows * columns.size();
            const std::size_t end = std::min(columns.end, plan_.out);
            for_each_vector<Arch, T>(columns.begin, end, [&](auto vector, std::size_t k) {
                Largest<Arch, T> largest;
                WinogradTransform<Arch, T>::weight_gradient(
                    {from + (k - columns.begin), plan_.point_stride()}, [&](std::size_t tap, V value)
                                                                            __attribute__((always_inline)) {
                                                                                largest.see(value);
                                                                                vector.store(
                                                                                    dweight_ +
                                                                                        (tap * plan_.in + c) *
                                                                                            plan_.out +
                                                                                        k,
                                                                                    value);
                                                                            });
                using Bits = Register<MagnitudeBits<T>, Arch>;
                const Bits old = xsimd::bitwise_cast<Bits>(V::load_unaligned(magnitude + k));
                xsimd::bitwise_cast<V>(magnitude_max<T, Arch>(old, largest.value()))
                    .store_unaligned(magnitude + k);
            });
        }
    }

    TileGrid grid_;
    TiledImages<const T> x_, dy_;
    T *dweight_, *magnitude_;
    Plan plan_;
    T *zeros_, *magnitudes_, *left_, *right_, *sums_;
};

}  // namespace alrao::kernels::detail

#pragma GCC diagnostic pop
