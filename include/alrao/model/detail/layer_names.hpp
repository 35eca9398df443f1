#pragma once

#include <alrao/graph/network.hpp>
#include <alrao/graph/summary.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/meta/list.hpp>
#include <alrao/shape/window.hpp>
#include <alrao/tensor/message.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace alrao {

namespace detail {

[[nodiscard]] inline std::string pair_text(const char* name, std::size_t vertical, std::size_t horizontal) {
    return message_of({" ", name, " ", vertical, "x", horizontal});
}

[[nodiscard]] inline std::string window_text(const Window& window) {
    const WindowAxis &v = window.vertical, &h = window.horizontal;
    std::string text = pair_text("kernel", v.kernel, h.kernel) + pair_text("stride", v.stride, h.stride) +
                       pair_text("padding", v.padding, h.padding) +
                       pair_text("dilation", v.dilation, h.dilation);
    return message_of({text, " groups ", window.groups});
}

template <class Leaf>
inline constexpr bool is_averaged = false;
template <class Classifier, std::size_t N>
inline constexpr bool is_averaged<AveragedHead<Classifier, N>> = true;

template <class Leaf>
struct HeadOf {
    using type = Leaf;
};
template <class Classifier, std::size_t N>
struct HeadOf<AveragedHead<Classifier, N>> {
    using type = Classifier;
};

/// Description of a layer that does not depend on the compiler: its name, and the options that cannot be
/// derived from shapes.
template <class Leaf>
[[nodiscard]] std::string layer_text() {
    std::string text(Leaf::name);
    if constexpr (is_averaged<Leaf>) text += message_of({" of ", HeadOf<Leaf>::type::name});
    if constexpr (requires { Leaf::slope + 0.0; }) text += message_of({" slope ", Leaf::slope});
    if constexpr (requires { Leaf::rate + 0.0; }) text += message_of({" rate ", Leaf::rate});
    if constexpr (requires { window_text(Leaf::window); }) text += window_text(Leaf::window);
    return text;
}

template <class Leaves>
struct LayerTexts;
template <class... Leaves>
struct LayerTexts<meta::List<Leaves...>> {
    static std::vector<std::string> get() { return {layer_text<Leaves>()...}; }
};

}  // namespace detail

/// Descriptions of all layers of a network, in order: path, name and options ("2 LeakyReLU slope 0.01").
/// The result is the same with every compiler. Together with the names and extents of the arrays it
/// distinguishes networks that have the same arrays but compute different functions. For layers from
/// outside the library it contains the name and the members `slope`, `rate` and `window`, if present.
template <class Net>
[[nodiscard]] std::vector<std::string> layer_names() {
    using network = typename Net::network;
    std::vector<std::string> names = detail::LayerTexts<typename network::leaves>::get();
    for (std::size_t i = 0; i < names.size(); ++i)
        names[i] = graph::text_of(network::chain.nodes[i].path) + " " + names[i];
    return names;
}

}  // namespace alrao
