#pragma once

#include <alrao/model/model.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace alrao {

/// The name of an array in files and messages: the path of its layer, then its own name, as in "3.0.weight".
inline std::string full_name(const Path& path, std::string_view name) {
    std::string text;
    for (std::size_t i = 0; i < path.depth; ++i) text += std::to_string(path.place[i]) + ".";
    return text += name;
}

/// A named array of a model. It has `rows` rows of `width` elements with a row stride of `pitch` elements;
/// the elements between the rows are padding. The product of `extents` is rows * width.
template <class T>
struct NamedArray {
    std::string name;
    std::vector<std::size_t> extents;
    T* data = nullptr;
    std::size_t rows = 0, width = 0, pitch = 0;
};

/// Named arrays for all parameters of a network, in order. `buffer` has the layout of the model's parameter
/// buffer; it can be that buffer or another one, such as gradients.
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

/// Named arrays for all parameters, then all statistics of a model, in the order of the layers. Together with
/// the posterior they determine all predictions. They refer to the model's memory; elements are const if
/// `Net` is const.
/// @throws ArgumentError if the model was moved from
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
