#pragma once

#include <alrao/kernels/convolution/detail/gather.hpp>
#include <alrao/kernels/convolution/detail/product.hpp>
#include <alrao/kernels/convolution/shape.hpp>
#include <alrao/kernels/gemm/detail/own.hpp>
#include <alrao/shape/extents.hpp>
#include <alrao/tensor/backend.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao::kernels::detail {

/// Products with few cells and so many weights that memory bandwidth limits them. The rows of A are
/// gathered; B, the weights of all taps, is read in place as one matrix.
template <class Arch>
struct StreamedCells {
    using Whole = ProductKernel<OwnTiles<Arch>>;

    template <class T>
    static constexpr std::size_t workspace(const ConvolutionShape& s) {
        // The number of columns of a thread's share may be a multiple of the tile width even if n is not.
        constexpr std::size_t width = tile_width<Arch, T>;
        const std::size_t k = s.taps() * s.group_channels();
        const std::size_t n = s.group_out_channels() / width * width;
        const std::size_t rows = std::min(s.out_pixels(), Whole::most_streamed_rows);
        if (!Whole::template is_streamed<T>(rows, n, k)) return 0;
        return rounded_up(rows * k, 16) + Whole::template per_thread<T>(rows, n, k);
    }

    /// True if a share of a product is computed by this method.
    template <class T>
    static bool serves(const GatheredRows<T>& product, const Share& share) {
        const GatheredPixels<T>& a = product.a;
        if (product.transposed || !product.c.all(a.grid)) return false;
        if (!Whole::template is_streamed<T>(share.rows.size(), share.columns.size(), a.columns()))
            return false;
        const std::size_t last = a.grid.taps() - 1;
        return product.tap_weights(last).data == product.tap_weights(0).row(last * a.channels);
    }

    template <class T>
    static void run(const GatheredRows<T>& product, const Share& share, T* buffer) {
        const std::size_t m = share.rows.size(), k = product.a.columns(), j = share.columns.begin;
        gather_cells<Arch>(product.a, share.rows, k, buffer);
        Epilogue<T> epilogue = product.epilogue;
        if (epilogue.bias != nullptr) epilogue.bias += j;
        if (epilogue.magnitude != nullptr) epilogue.magnitude += j;
        const Matrix<const T> weights = product.tap_weights(0);
        const Matrix<T> c = product.c.pixels;
        Whole::run_part(Product<T>{Form::nn,
                                   m,
                                   share.columns.size(),
                                   k,
                                   {buffer, k},
                                   {weights.data + j, weights.stride},
                                   {c.row(share.rows.begin) + j, c.stride},
                                   epilogue},
                        buffer + rounded_up(m * k, 16));
    }
};

}  // namespace alrao::kernels::detail
