#pragma once

#include <alrao/model/model.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace alrao {

/// The name of an array of a network in files and messages: its path, then its own: "3.0.weight".
inline std::string full_name(const Path& path, std::string_view name) {
    std::string text;
    for (std::size_t i = 0; i < path.depth; ++i) text += std::to_string(path.place[i]) + ".";
    return text += name;
}

/// A named array of a model: where its numbers lie, and its extents. Rows start `pitch` elements
/// apart and hold `width` numbers; the product of the extents is rows x width.
template <class T>
struct NamedArray {
    std::string name;
    std::vector<std::size_t> extents;
    T* data = nullptr;
    std::size_t rows = 0, width = 0, pitch = 0;
};

/// All parameters of a network by name, in order, without padding, in a buffer that holds a number for
/// each as its parameter buffer does.
template <class Net, class T>
std::vector<NamedArray<T>> parameter_arrays(T* buffer) {
    std::vector<NamedArray<T>> arrays;
    for (const ParameterEntry& entry : Net::parameters) {
        const auto* first = entry.extents.extent.data();
        arrays.push_back({.name = full_name(entry.path, entry.name),
                          .extents = {first, first + entry.extents.rank},
                          .data = buffer + entry.offset,
                          .rows = entry.rows,
                          .width = entry.features * entry.inner,
                          .pitch = entry.columns});
    }
    return arrays;
}

/// All parameters and statistics of a model by name, in order, without padding: what has to be kept,
/// with the posterior, for predictions to be the same. `Net` may be const.
template <class Net>
auto state_dict(Net& net) {
    require_numbers(net);
    auto arrays = parameter_arrays<std::remove_const_t<Net>>(net.parameter_buffer().data());
    for (const StatisticEntry& entry : std::remove_const_t<Net>::statistics)
        arrays.push_back({.name = full_name(entry.path, entry.name),
                          .extents = {entry.size},
                          .data = net.statistic_buffer().data() + entry.offset,
                          .rows = 1,
                          .width = entry.size,
                          .pitch = entry.size});
    return arrays;
}

}  // namespace alrao
