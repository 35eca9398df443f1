#pragma once

#pragma push_macro("I")  // of complex.h: it is a parameter of templates here
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

/// The array of `extents` (row-major, contiguous) that starts at `data`, as an xtensor expression
/// that owns nothing: valid while the memory is. Assigning to it writes there. `data` may point to
/// const.
template <std::size_t Rank, class T>
[[nodiscard]] auto view(T* data, const std::array<std::size_t, Rank>& extents) {
    const std::size_t size =
        std::accumulate(extents.begin(), extents.end(), std::size_t{1}, std::multiplies<>{});
    return xt::adapt<xt::layout_type::row_major>(data, size, xt::no_ownership(), extents);
}

/// The same with strides in elements, for rows that do not follow each other without gaps.
template <std::size_t Rank, class T>
[[nodiscard]] auto strided_view(T* data, const std::array<std::size_t, Rank>& extents,
                                const std::array<std::ptrdiff_t, Rank>& strides) {
    // xtensor wants the number of elements here, not the length of the memory they are spread over.
    const std::size_t size =
        std::accumulate(extents.begin(), extents.end(), std::size_t{1}, std::multiplies<>{});
    return xt::adapt(data, size, xt::no_ownership(), extents, strides);
}

}  // namespace alrao
