#pragma once

#include <alrao/model/posterior.hpp>
#include <alrao/model/state_dict.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/message.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <string>

namespace alrao {

namespace detail {

/// What describe() prints about an array: summary statistics of the finite elements, and the number of
/// elements that are not finite.
struct ArrayDescription {
    std::string name{}, extents{};
    std::size_t elements = 0, zeros = 0, not_finite = 0;
    double least = std::numeric_limits<double>::infinity(), most = -least, mean = 0, deviation = 0;
};

template <class Array>
[[gnu::cold]] std::string extents_text(const Array& array) {
    std::string text;
    for (const std::size_t extent : array.extents)
        text += (text.empty() ? "" : " x ") + std::to_string(extent);
    return text;
}

template <class T>
[[gnu::cold]] ArrayDescription describe_array(const NamedArray<const T>& array) {
    ArrayDescription d{.name = array.name, .extents = extents_text(array)};
    double sum = 0, squares = 0;
    const auto for_each = [&](auto f) {
        for (std::size_t r = 0; r < array.rows; ++r)
            for (std::size_t c = 0; c < array.width; ++c)
                f(static_cast<double>(array.data[r * array.pitch + c]));
    };
    for_each([&](double x) {
        ++d.elements;
        if (!is_finite(x)) return void(++d.not_finite);
        if (is_zero(x)) ++d.zeros;
        d.least = std::min(d.least, x);
        d.most = std::max(d.most, x);
        sum += x;
    });
    const auto finite = static_cast<double>(d.elements - d.not_finite);
    if (finite > 0) d.mean = sum / finite;
    for_each([&](double x) { squares += is_finite(x) ? (x - d.mean) * (x - d.mean) : 0; });
    if (finite > 0) d.deviation = std::sqrt(squares / finite);
    return d;
}

/// Appends one line of the table.
[[gnu::cold]] inline void append_line(std::string& text, const ArrayDescription& d, int name, int extents) {
    char line[512];
    if (d.not_finite == d.elements)
        std::snprintf(line, sizeof line, "%-*s  %-*s  no element is finite", name, d.name.c_str(), extents,
                      d.extents.c_str());
    else
        std::snprintf(line, sizeof line, "%-*s  %-*s  %11.4g  %11.4g  %11.4g  %11.4g", name, d.name.c_str(),
                      extents, d.extents.c_str(), d.least, d.most, d.mean, d.deviation);
    text += static_cast<const char*>(line);
    if (d.zeros == d.elements) text += "  all 0";
    if (d.not_finite > 0 && d.not_finite < d.elements)
        text += message_of({"  ", d.not_finite, " not finite"});
    text += '\n';
}

}  // namespace detail

/// A table of all parameters and statistics of a model, for debugging: name, extents, smallest and largest
/// element, mean and standard deviation, how many elements are not finite; then the weights of the copies of
/// an AveragedHead. Reads the whole model.
///
///     std::cout << describe(net);
///
/// @throws ArgumentError if the model was moved from
template <class Net>
[[nodiscard, gnu::cold]] std::string describe(const Net& net) {
    int name = 5, extents = 7;
    const auto arrays = state_dict(net);
    for (const auto& array : arrays) {
        name = std::max(name, static_cast<int>(array.name.size()));
        extents = std::max(extents, static_cast<int>(detail::extents_text(array).size()));
    }
    char header[512];
    std::snprintf(header, sizeof header, "%-*s  %-*s  %11s  %11s  %11s  %11s\n", name, "array", extents,
                  "extents", "smallest", "largest", "mean", "deviation");
    std::string text = static_cast<const char*>(header);
    for (const auto& array : arrays) detail::append_line(text, detail::describe_array(array), name, extents);
    const Posterior& posterior = net.posterior();
    if (posterior.copies() < 2) return text;
    text += message_of({"weights of the ", posterior.copies(), " copies after ", posterior.steps, " steps:"});
    for (std::size_t j = 0; j < posterior.copies(); ++j) {
        char weight[32];
        std::snprintf(weight, sizeof weight, " %.4f", posterior.weight(j));
        text += posterior.retired[j] != 0 ? " retired" : static_cast<const char*>(weight);
    }
    return text + '\n';
}

}  // namespace alrao
