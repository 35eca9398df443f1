#pragma once

#include <alrao/kernels/convolution/detail/columns.hpp>
#include <alrao/kernels/convolution/detail/cuts.hpp>
#include <alrao/kernels/convolution/detail/product.hpp>
#include <alrao/kernels/convolution/detail/rows.hpp>
#include <alrao/kernels/convolution/detail/streamed.hpp>
#include <alrao/kernels/convolution/shape.hpp>
#include <alrao/shape/extents.hpp>
#include <alrao/tensor/backend.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao::kernels::detail {

/// The kernel of a back end for the gathered products GatheredRows and GatheredColumns:
/// `run(product, share, buffer)` computes a thread's share in a buffer of `workspace<T>(shape)` elements.
template <class Backend>
struct GatheredKernel;

template <class Backend>
struct GatheredKernel<Exact<Backend>> : GatheredKernel<Backend> {};

/// Gathered products computed by register tiles. Those with few rows and many weights stream the weights.
template <class Arch>
struct GatheredKernel<OwnTiles<Arch>> {
    using Streamed = StreamedCells<Arch>;
    using Cuts = GatheredCuts<Arch>;
    static constexpr std::size_t row_granule = tile_rows<Arch>;
    template <class T>
    static constexpr std::size_t column_granule = tile_width<Arch, T>;

    /// The number of elements of workspace per thread, sufficient for each of the three products of a
    /// convolution.
    template <class T>
    static constexpr std::size_t workspace(const ConvolutionShape& s) {
        const std::size_t gathered =
            Cuts::template panels_size<T> + Cuts::gathered_size + register_width<T, Arch>;
        return rounded_up(std::max(gathered, Streamed::template workspace<T>(s)), 16);
    }

    /// True if the rows of A are gathered, because setting up pointers to the taps would cost as much as
    /// the products.
    template <class T>
    static bool gathers_rows(const GatheredPixels<T>& a) {
        return Cuts::gathers_rows(a);
    }

    template <class T>
    static void run(const GatheredRows<T>& product, const Share& share, T* buffer) {
        if (share.rows.empty()) return;
        if (Streamed::serves(product, share)) return Streamed::run(product, share, buffer);
        GatheredRowTiles<Arch>::run(product, share, buffer);
    }

    /// The number of rows that are divided between threads (Share::rows): for each tap, one row per tile of
    /// channels, in the order of the taps.
    template <class T>
    static std::size_t row_count(const GatheredColumns<T>& product) {
        return GatheredColumnTiles<Arch>::row_count(product);
    }

    template <class T>
    static void run(const GatheredColumns<T>& product, const Share& share, T* buffer) {
        if (!share.rows.empty()) GatheredColumnTiles<Arch>::run(product, share, buffer);
    }
};

}  // namespace alrao::kernels::detail
