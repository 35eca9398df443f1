#pragma once

#include <alrao/graph/network.hpp>
#include <alrao/layers/features.hpp>
#include <alrao/meta/type_name.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#pragma GCC diagnostic push  // g++ 12 wrongly reports an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao {

/// One layer of a network and its cost. A Residual or Concat has a row at its end.
struct SummaryRow {
    Path path{};                         ///< position in the network
    std::string_view layer{};            ///< type of the layer, with template arguments
    Shape output{};                      ///< shape of the output
    std::size_t parameters = 0;          ///< number of trained numbers
    std::size_t features = 0;            ///< number of features, which is the number of learning rates
    std::size_t feature_axis = no_axis;  ///< feature axis of the first parameter
    std::string_view feature_of{};       ///< name of the first parameter
    double flops = 0;                    ///< floating-point operations of a prediction, per sample (or token)
};

/// Summary of a network: a row per layer, and totals.
template <std::size_t Rows>
struct Summary {
    std::array<SummaryRow, Rows> rows{};
    Shape input{};
    std::size_t parameters = 0, features = 0, copies = 0;  ///< features without those of the head
    double flops = 0, training_flops = 0;                  ///< of prediction and training step, per sample
    Memory prediction{}, training{};                       ///< memory for activations, in elements

    /// Elements of memory for a prediction with `batch` samples.
    constexpr std::size_t prediction_elements(std::size_t batch, std::size_t time_steps = 1) const {
        return graph::arena_elements(prediction, batch, time_steps);
    }
    /// Elements of memory for a training step with `batch` samples.
    constexpr std::size_t training_elements(std::size_t batch, std::size_t time_steps = 1) const {
        return graph::arena_elements(training, batch, time_steps);
    }
};

namespace graph {

template <class Leaves>
struct LeafNames;
template <class... Leaves>
struct LeafNames<meta::List<Leaves...>> {
    static constexpr std::array<std::string_view, sizeof...(Leaves)> value{meta::type_name<Leaves>()...};
};

/// Whether a leaf has a row in the summary.
constexpr bool shown(Mark mark) { return mark != Mark::fork && mark != Mark::next_branch; }
template <std::size_t Count>
constexpr std::size_t shown_count(const Chain<Count>& chain) {
    std::size_t count = 0;
    for (const Node& node : chain.nodes) count += shown(node.mark);
    return count;
}

inline std::string text_of(const Shape& shape) {
    std::string text = shape.per_token ? "steps x " : "";
    for (std::size_t axis = 0; axis < shape.rank(); ++axis)
        text += (axis > 0 ? " x " : "") + std::to_string(shape[axis]);
    return text;
}
inline std::string text_of(const Path& path) {
    std::string text;
    for (std::size_t i = 0; i < path.depth; ++i) text += (i > 0 ? "." : "") + std::to_string(path.place[i]);
    return text;
}
/// The number with separators: 1234567 becomes "1,234,567".
inline std::string grouped(std::size_t number) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
    return text;
}
inline std::string whole(double number) { return grouped(static_cast<std::size_t>(number)); }
/// A type's name without the library's namespace: "Conv2d<8, Kernel<3>>".
inline std::string short_name(std::string_view name) {
    std::string text(name);
    constexpr std::string_view home = "alrao::";
    for (std::size_t at = text.find(home); at != std::string::npos; at = text.find(home, at))
        text.replace(at, home.size(), "");
    // Some compilers print a space between closing brackets.
    for (std::size_t at = text.find("> >"); at != std::string::npos; at = text.find("> >", at))
        text.replace(at + 1, 1, "");
    return text;
}
/// The text, padded or cut to `width` characters and aligned left or right, followed by two spaces.
inline std::string cell(std::string text, std::size_t width, bool right) {
    if (text.size() > width) {
        text.resize(width - 3);
        text += "...";
    }
    const std::string room(width - text.size(), ' ');
    return (right ? room + text : text + room) + "  ";
}

}  // namespace graph

/// The summary of a network, as a compile-time constant.
template <class Net>
constexpr auto summary() {
    Summary<graph::shown_count(Net::chain)> table;
    const auto& names = graph::LeafNames<typename Net::leaves>::value;
    std::size_t at = 0;
    for (std::size_t i = 0; i < Net::node_count; ++i) {
        const graph::Node& node = Net::chain.nodes[i];
        if (!graph::shown(node.mark)) continue;
        SummaryRow& row = table.rows[at++];
        row.path = node.path;
        row.layer = node.mark == graph::Mark::layer ? names[i] : node.name;
        row.output = node.facts.output;
        row.features = count_features(node.facts);
        for (std::size_t p = 0; p < node.facts.parameters.size; ++p)
            row.parameters += node.facts.parameters[p].extents.size();
        if (node.facts.parameters.size > 0) {
            row.feature_axis = node.facts.parameters[0].feature_axis;
            row.feature_of = node.facts.parameters[0].name;
        }
        row.flops = node.facts.flops;
    }
    table.input = Net::input_shape;
    table.parameters = Net::parameter_count;
    table.features = Net::feature_count;
    table.copies = Net::copies;
    table.flops = Net::flops;
    table.training_flops = Net::training_flops;
    table.prediction = Net::Prediction::plan.memory;
    table.training = Net::Training::plan.memory;
    return table;
}

/// The summary of a network as a text table, with the memory for a batch of `batch` samples:
/// `std::cout << summary_text<Net>(32)`. Memory is given in elements of the scalar type and covers
/// activations and temporary values, not parameters, gradients and optimizer state.
template <class Net>
std::string summary_text(std::size_t batch = 1, std::size_t time_steps = 1) {
    static constexpr auto table = summary<Net>();
    const auto line = [](const std::string& path, const std::string& layer, const std::string& output,
                         const std::string& parameters, const std::string& features, const std::string& axis,
                         const std::string& flops) {
        return graph::cell(path, 9, false) + graph::cell(layer, 44, false) + graph::cell(output, 15, true) +
               graph::cell(parameters, 12, true) + graph::cell(features, 8, true) +
               graph::cell(axis, 20, false) + graph::cell(flops, 15, true) + "\n";
    };
    std::string text = line("path", "layer", "output", "parameters", "features", "feature axis", "flops");
    text += line("", "input", graph::text_of(table.input), "", "", "", "");
    for (const SummaryRow& row : table.rows) {
        const bool learns = row.parameters > 0;
        text += line(graph::text_of(row.path), graph::short_name(row.layer), graph::text_of(row.output),
                     learns ? graph::grouped(row.parameters) : "", learns ? graph::grouped(row.features) : "",
                     learns ? std::to_string(row.feature_axis) + " of " + std::string(row.feature_of) : "",
                     graph::whole(row.flops));
    }
    text += graph::grouped(table.parameters) + " parameters, " + graph::grouped(table.features) +
            " features with a learning rate each, " + std::to_string(table.copies) +
            (table.copies == 1 ? " copy" : " copies") + " of the last layer\n";
    text += graph::whole(table.flops) + " floating-point operations to predict, " +
            graph::whole(table.training_flops) + " to train, per sample (or per time step of a sample)\n";
    text += "batch of " + std::to_string(batch) + (time_steps > 1 ? " x " + std::to_string(time_steps) : "") +
            ": memory for " + graph::grouped(table.prediction_elements(batch, time_steps)) +
            " elements of the scalar type to predict, " +
            graph::grouped(table.training_elements(batch, time_steps)) + " to train\n";
    return text;
}

}  // namespace alrao

#pragma GCC diagnostic pop
