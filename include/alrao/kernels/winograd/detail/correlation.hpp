#pragma once

#include <alrao/kernels/gemm/epilogue.hpp>
#include <alrao/kernels/normalization/row_pieces.hpp>
#include <alrao/kernels/vector.hpp>
#include <alrao/kernels/winograd/detail/image.hpp>
#include <alrao/kernels/winograd/detail/products.hpp>
#include <alrao/kernels/winograd/detail/weights.hpp>
#include <alrao/shape/extents.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels::detail {

/// How a correlation is divided into blocks. The sizes are chosen for the caches and do not affect the
/// bits, because the sum of an element is one chain over its channels.
template <class Backend, class T>
struct CorrelationPlan {
    using Products = WinogradProducts<Backend, T>;
    using Arch = typename Backend::arch;
    static constexpr std::size_t lanes = register_width<T, Arch>;

    std::size_t tiles;
    std::size_t sums, columns;  ///< summed channels and output channels, rounded up to full registers
    /// With few tiles, all tiles are transformed first and weights when they are used; else the reverse.
    bool tiles_first;
    std::size_t block_tiles, block_columns, block_sums;

    constexpr CorrelationPlan(std::size_t tile_count, std::size_t sum_channels, std::size_t out_channels,
                              int threads)
        : tiles(tile_count),
          sums(rounded_up(sum_channels, lanes)),
          columns(rounded_up(out_channels, lanes)),
          tiles_first(Products::tiles_first(tiles, columns, threads)),
          block_tiles(std::min(tiles, Products::block_tiles(sums))),
          block_columns(std::min(columns, Products::block_columns(tiles_first))),
          block_sums(tiles_first ? std::min(sums, Products::block_sums) : sums) {}

    [[nodiscard]] constexpr typename Products::Tiles layout() const {
        return {tiles_first ? tiles : block_tiles, sums};
    }
    [[nodiscard]] constexpr std::size_t weight_stride() const {
        return plane_stride<T>(block_sums * block_columns);
    }
    [[nodiscard]] constexpr std::size_t weight_block() const { return winograd_points * weight_stride(); }
    [[nodiscard]] constexpr std::size_t column_blocks() const {
        return (columns + block_columns - 1) / block_columns;
    }
    [[nodiscard]] constexpr std::size_t sum_stride() const {
        return plane_stride<T>(winograd_points * block_columns);
    }
    [[nodiscard]] constexpr std::size_t sum_size() const {
        return rounded_up(tiles_first ? tiles : block_tiles, Products::group) * sum_stride();
    }
    [[nodiscard]] constexpr std::size_t shared() const {
        return std::max(sums, columns) + (tiles_first ? layout().size() : column_blocks() * weight_block());
    }
    [[nodiscard]] constexpr std::size_t per_thread() const {
        return columns + (tiles_first ? weight_block() : layout().size()) + sum_size();
    }
    [[nodiscard]] constexpr std::size_t workspace(int threads) const {
        return shared() + static_cast<std::size_t>(threads) * per_thread();
    }
};

/// to(image, i, j, k) = sum over taps (r, s) and channels c of
/// from(image, i + r - above, j + s - left, c) w(r, s, c, k), then the epilogue: a correlation with 3x3 weights,
/// in which pixels outside the images are 0. `above` and `left` are the padding of `from`.
template <class Backend, class T>
class Correlation {
    using Plan = CorrelationPlan<Backend, T>;
    using Products = typename Plan::Products;
    using Arch = typename Plan::Arch;
    using V = Register<T, Arch>;
    static constexpr std::size_t lanes = Plan::lanes;

public:
    Correlation(std::size_t batch, const TiledImages<const T>& from, const WinogradWeights<T>& weights,
                const TiledImages<T>& to, const Epilogue<T>& epilogue, T* workspace, int threads)
        : grid_(TileGrid::covering(batch, to.height, to.width)),
          from_(from),
          weights_(weights),
          to_(to),
          epilogue_(epilogue),
          plan_(grid_.count(), weights.sums(), weights.columns(), threads),
          zeros_(workspace),
          shared_(workspace + std::max(plan_.sums, plan_.columns)),
          own_(workspace + plan_.shared()) {}

    void run(Threads& threads) {
        std::fill_n(zeros_, plan_.sums, T{0});
        if (plan_.tiles_first) {
            threads.run([&](int thread) {
                transform_range(split_range(plan_.tiles, threads.count(), thread, Products::group));
            });
            threads.run([&](int thread) {
                start_magnitude(thread);
                const Range blocks = split_range(plan_.column_blocks(), threads.count(), thread);
                for (std::size_t b = blocks.begin; b < blocks.end; ++b) columns_of_all(b, thread);
            });
        } else {
            threads.run([&](int thread) {
                const Range sums = split_range(weights_.sums(), threads.count(), thread, lanes);
                for (std::size_t b = 0; b < plan_.column_blocks(); ++b)
                    transform_weight_block(b, sums, 0, shared_ + b * plan_.weight_block());
            });
            threads.run([&](int thread) {
                start_magnitude(thread);
                const Range tiles = split_range(plan_.tiles, threads.count(), thread, Products::group);
                const std::size_t first = rows_before((tiles.begin + grid_.across - 1) / grid_.across);
                PieceFollower<Arch, T> written(epilogue_.pieces, to_.pixels.data, weights_.columns(), first);
                for (std::size_t t = tiles.begin; t < tiles.end; t += plan_.block_tiles) {
                    const std::size_t end = std::min(tiles.end, t + plan_.block_tiles);
                    all_of_tiles({t, end}, thread);
                    const std::size_t rows = rows_before(end / grid_.across);
                    if (rows > first) written.reach(rows - first);
                }
            });
        }
        join_magnitudes(threads.count());
    }

private:
    /// The number of output pixels before a line of tiles.
    [[nodiscard]] std::size_t rows_before(std::size_t line) const {
        const std::size_t down = std::min(4 * (line % grid_.down), to_.height);
        return (line / grid_.down * to_.height + down) * to_.width;
    }

    /// The workspace of one thread: magnitudes, a block of transforms, sums.
    struct Own {
        T *magnitude, *transforms, *sums;
    };
    [[nodiscard]] Own own(int thread) const {
        T* const start = own_ + static_cast<std::size_t>(thread) * plan_.per_thread();
        T* const transforms = start + plan_.columns;
        return {start, transforms,
                transforms + (plan_.tiles_first ? plan_.weight_block() : plan_.layout().size())};
    }

    [[nodiscard]] Range block_columns(std::size_t block) const {
        const std::size_t first = block * plan_.block_columns;
        return {first, std::min(plan_.columns, first + plan_.block_columns)};
    }

    void transform_weight_block(std::size_t block, Range sums, std::size_t first, T* to) const {
        const Range columns = block_columns(block);
        const Panels panels{
            plan_.tiles_first ? std::min(plan_.block_sums, weights_.sums() - first) : weights_.sums(),
            columns.size(), Products::panel};
        transform_weights<Arch>(weights_, sums, columns, panels, sums.begin - first, to,
                                plan_.weight_stride());
    }

    void transform_range(Range tiles) const {
        const auto layout = plan_.layout();
        transform_tiles<Arch, 6>(from_, grid_, tiles, weights_.sums(), zeros_, shared_, layout.point_stride(),
                                 [&](std::size_t tile, std::size_t channel) {
                                     return layout.offset(tiles.begin + tile, channel);
                                 });
    }

    /// Computes a block of columns for all tiles, whose transforms are complete.
    void columns_of_all(std::size_t block, int thread) const {
        const Own mine = own(thread);
        const Range columns = block_columns(block);
        const WinogradSums<T> sums{mine.sums, plan_.sum_stride(), columns.size()};
        for (std::size_t c = 0; c < weights_.sums(); c += plan_.block_sums) {
            const Range range{c, std::min(weights_.sums(), c + plan_.block_sums)};
            transform_weight_block(block, range, c, mine.transforms);
            Products::multiply(plan_.layout(), shared_, {0, plan_.tiles}, range, mine.transforms,
                               plan_.weight_stride(), sums, c != 0);
        }
        write({0, plan_.tiles}, columns, mine);
    }

    /// Computes all columns of a block of tiles; the transforms of the weights are complete.
    void all_of_tiles(Range tiles, int thread) const {
        const Own mine = own(thread);
        const typename Products::Tiles layout{tiles.size(), plan_.sums};
        transform_tiles<Arch, 6>(
            from_, grid_, tiles, weights_.sums(), zeros_, mine.transforms, layout.point_stride(),
            [&](std::size_t tile, std::size_t channel) { return layout.offset(tile, channel); });
        for (std::size_t b = 0; b < plan_.column_blocks(); ++b) {
            const Range columns = block_columns(b);
            Products::multiply(layout, mine.transforms, {0, tiles.size()}, {0, weights_.sums()},
                               shared_ + b * plan_.weight_block(), plan_.weight_stride(),
                               {mine.sums, plan_.sum_stride(), columns.size()}, false);
            write(tiles, columns, mine);
        }
    }

    /// Transforms the sums of tiles to outputs and applies the epilogue.
    void write(Range tiles, Range columns, const Own& mine) const {
        std::array<T*, 16> table;
        for (std::size_t t = tiles.begin; t < tiles.end; ++t) {
            to_.template window<4>(grid_, t, nullptr, table);
            const T* const sums = mine.sums + (t - tiles.begin) * plan_.sum_stride();
            for (std::size_t k = columns.begin; k < columns.end; k += lanes) {
                const T* const from = sums + (k - columns.begin);
                T* const magnitude = epilogue_.magnitude == nullptr ? nullptr : mine.magnitude + k;
                if (k + lanes <= weights_.columns()) {
                    write_register(Whole<Arch, T>{}, from, columns.size(), table, k, magnitude);
                } else {
                    write_register(Tail<Arch, T>{weights_.columns() - k}, from, columns.size(), table, k,
                                   magnitude);
                }
            }
        }
    }

    template <class Vector>
    void write_register(const Vector& vector, const T* from, std::size_t stride,
                        const std::array<T*, 16>& table, std::size_t k, T* magnitude) const {
        const V bias = epilogue_.bias == nullptr ? V(T{0}) : vector.load(epilogue_.bias + k);
        const bool rectify = epilogue_.activation == Activation::relu;
        Largest<Arch, T> largest;
        WinogradTransform<Arch, T>::output(
            {from, stride}, [&](std::size_t pixel, V value) __attribute__((always_inline)) {
                if (table[pixel] == nullptr) return;
                T* const to = table[pixel] + k;
                if (epilogue_.accumulate) value = vector.load(to) + value;
                value = value + bias;
                if (magnitude != nullptr) largest.see(value);
                vector.store(to, rectify ? relu<T, Arch>(value) : value);
            });
        if (magnitude != nullptr) {
            using Bits = Register<MagnitudeBits<T>, Arch>;
            const Bits old = xsimd::bitwise_cast<Bits>(V::load_unaligned(magnitude));
            xsimd::bitwise_cast<V>(magnitude_max<T, Arch>(old, largest.value())).store_unaligned(magnitude);
        }
    }

    void start_magnitude(int thread) const {
        if (epilogue_.magnitude != nullptr) std::fill_n(own(thread).magnitude, plan_.columns, T{0});
    }
    void join_magnitudes(int threads) const {
        if (epilogue_.magnitude == nullptr) return;
        std::copy_n(own(0).magnitude, weights_.columns(), epilogue_.magnitude);
        for (int t = 1; t < threads; ++t) {
            const T* const other = own(t).magnitude;
            for (std::size_t k = 0; k < weights_.columns(); ++k)
                epilogue_.magnitude[k] = magnitude_max(epilogue_.magnitude[k], other[k]);
        }
    }

    TileGrid grid_;
    TiledImages<const T> from_;
    WinogradWeights<T> weights_;
    TiledImages<T> to_;
    Epilogue<T> epilogue_;
    Plan plan_;
    T *zeros_, *shared_, *own_;
};

}  // namespace alrao::kernels::detail

#pragma GCC diagnostic pop
