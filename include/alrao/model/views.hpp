#pragma once

#include <alrao/model/state_dict.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/xtensor.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace alrao {

/// A parameter or statistic of a model as an xtensor view, by its name, such as "1.weight". The view has the
/// extents of the array, without padding. It refers to the model's memory and must not outlive it; writing
/// to the view changes the model. `Rank` is the number of axes.
/// @throws ArgumentError if the model has no array of this name (the message lists all names), or if its
///         rank is not `Rank`
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
        // Axes within a row are contiguous; strides of axes before it are multiples of the row stride.
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
    fail({"alrao: array_view: the model has no array ", name, "; it has ", names});
}

}  // namespace alrao
