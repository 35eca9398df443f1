#pragma once

#include <alrao/kernels/winograd/detail/products.hpp>
#include <alrao/shape/extents.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/blas.hpp>

#include <cstddef>

namespace alrao::kernels::detail {

/// The products computed by CBLAS on plain matrices. They run inside a region in which the threads have
/// already split the work, so CBLAS is called directly; `gemm_nn` would split the work again.
template <class Arch, class T>
struct WinogradProducts<Cblas<Arch>, T> {
    static constexpr std::size_t lanes = register_width<T, Arch>;
    static constexpr std::size_t panel = 256;
    static constexpr std::size_t group = 1;

    struct Tiles {
        std::size_t tiles, channels;

        [[nodiscard]] constexpr std::size_t point_stride() const { return plane_stride<T>(tiles * channels); }
        [[nodiscard]] constexpr std::size_t offset(std::size_t tile, std::size_t channel) const {
            return tile * channels + channel;
        }
        [[nodiscard]] constexpr std::size_t size() const { return winograd_points * point_stride(); }
    };

    static constexpr bool tiles_first(std::size_t, std::size_t, int) { return false; }
    static constexpr std::size_t block_tiles(std::size_t) { return 128; }
    static constexpr std::size_t block_columns(bool) { return panel; }
    static constexpr std::size_t block_sums = 0;  // used only with `tiles_first`

    static void multiply(const Tiles& layout, const T* left, Range tiles, Range channels, const T* right,
                         std::size_t right_stride, const WinogradSums<T>& sums, bool resume) {
        static_assert(blas::available || sizeof(T) == 0,
                      "alrao: the back end Cblas needs BLAS, and this build has none; use OwnTiles");
        for (std::size_t point = 0; point < winograd_points; ++point) {
            blas::gemm(false, false, tiles.size(), sums.columns, channels.size(),
                       left + point * layout.point_stride() + layout.offset(tiles.begin, channels.begin),
                       layout.channels, right + point * right_stride, sums.columns, resume ? T{1} : T{0},
                       sums.data + point * sums.columns, sums.row_stride);
        }
    }

    static constexpr std::size_t strip = std::size_t{1} << 30;  // unlimited: left factors are one panel
    static constexpr std::size_t sum_rows = 128;
    static constexpr std::size_t gradient_tiles(std::size_t) { return 256; }
    static constexpr std::size_t gradient_columns = panel;
    static constexpr std::size_t gradient_groups = 1;
    static constexpr std::size_t left_channels(std::size_t channels) { return rounded_up(channels, lanes); }

    static void accumulate(const WinogradGradient<T>& w) {
        static_assert(blas::available || sizeof(T) == 0,
                      "alrao: the back end Cblas needs BLAS, and this build has none; use OwnTiles");
        const std::size_t column = w.columns.begin;
        for (std::size_t point = 0; point < winograd_points; ++point) {
            T* sums = w.sums + point * w.point_stride;
            for (std::size_t row = w.rows.begin; row < w.rows.end; row += sum_rows) {
                blas::gemm(true, false, std::min(sum_rows, w.rows.end - row), w.columns.size(), w.tiles,
                           w.left + point * w.left_stride + row, w.left_panels.columns,
                           w.right + point * w.right_stride + w.right_panels.offset(0, column),
                           w.right_panels.width(column), w.resume ? T{1} : T{0}, sums, w.columns.size());
                sums += w.group_stride;
            }
        }
    }
};

}  // namespace alrao::kernels::detail
