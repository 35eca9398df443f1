#pragma once

#include <alrao/model/state_dict.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/xtensor.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace alrao {

/// An array of a model (a parameter or a statistic) by its name, such as "1.weight", as an xtensor
/// expression of its extents over the model's own memory: valid while the model is, and writing to it
/// writes there. Padding is skipped.
/// @throws ArgumentError if the model has no such array (those it has are named), or of another rank
template <std::size_t Rank, class Net>
[[nodiscard]] auto array_view(Net& net, std::string_view name) {
    const auto arrays = state_dict(net);
    std::string names;
    for (const auto& array : arrays) {
        names += (names.empty() ? "" : ", ") + array.name;
        if (array.name != name) continue;
        if (array.extents.size() != Rank)
            fail({"alrao: array_view: ", array.name, " has rank ", array.extents.size(), ", asked for ",
                  Rank});
        // Axes within a row are contiguous; those before it step over whole rows, padding included.
        std::array<std::size_t, Rank> extents{};
        std::array<std::ptrdiff_t, Rank> strides{};
        std::size_t inner = 1, outer = array.pitch;
        for (std::size_t axis = Rank; axis-- > 0;) {
            extents[axis] = array.extents[axis];
            const bool in_row = inner < array.width;
            strides[axis] = static_cast<std::ptrdiff_t>(in_row ? inner : outer);
            if (in_row) inner *= extents[axis];
            else outer *= extents[axis];
        }
        return strided_view(array.data, extents, strides);
    }
    fail({"alrao: array_view: the model has no ", name, "; it has ", names});
}

}  // namespace alrao
