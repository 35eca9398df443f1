#pragma once

#pragma push_macro("I")  // complex.h defines the macro I; xtensor has template parameters of that name
#undef I
#include <xtensor/xadapt.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xtensor.hpp>
#pragma pop_macro("I")

#include <array>
#include <cstddef>
#include <functional>
#include <numeric>

namespace alrao {

/// An xtensor view of the contiguous row-major array of `extents` that starts at `data`. It does not own
/// the memory, which must outlive it; assigning to the view writes to the memory. `data` may point to
/// const.
template <std::size_t Rank, class T>
[[nodiscard]] auto view(T* data, const std::array<std::size_t, Rank>& extents) {
    const std::size_t size =
        std::accumulate(extents.begin(), extents.end(), std::size_t{1}, std::multiplies<>{});
    return xt::adapt<xt::layout_type::row_major>(data, size, xt::no_ownership(), extents);
}

/// The same for a strided array, such as a block of columns of a matrix. Strides are in elements.
template <std::size_t Rank, class T>
[[nodiscard]] auto strided_view(T* data, const std::array<std::size_t, Rank>& extents,
                                const std::array<std::ptrdiff_t, Rank>& strides) {
    // xtensor expects the number of elements here, not the length of the memory they are spread over.
    const std::size_t size =
        std::accumulate(extents.begin(), extents.end(), std::size_t{1}, std::multiplies<>{});
    return xt::adapt(data, size, xt::no_ownership(), extents, strides);
}

}  // namespace alrao
