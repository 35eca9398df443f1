#pragma once

#include <alrao/layers/facts.hpp>
#include <alrao/meta/list.hpp>

#include <array>
#include <cstddef>
#include <type_traits>

namespace alrao {

template <class... Layers>
struct Branch;
template <class... Layers>
struct Shortcut;
template <class... Layers>
struct Residual;
template <class... Branches>
struct Concat;
template <std::size_t N, class... Layers>
struct Repeat;

namespace layers {

template <class Layer>
inline constexpr bool is_shortcut = false;
template <class... Layers>
inline constexpr bool is_shortcut<Shortcut<Layers...>> = true;

template <class Layer>
inline constexpr bool is_composition = false;
template <class... Layers>
inline constexpr bool is_composition<Branch<Layers...>> = true;
template <class... Layers>
inline constexpr bool is_composition<Residual<Layers...>> = true;
template <class... Branches>
inline constexpr bool is_composition<Concat<Branches...>> = true;
template <std::size_t N, class... Layers>
inline constexpr bool is_composition<Repeat<N, Layers...>> = true;

/// What is missing in a descriptor, or wrong: the first thing only.
enum class DescriptorFault : unsigned char {
    none, no_descriptor, name, not_static, facts, not_constexpr
};

// Named, no lambdas: clang 14 crashes on lambdas in template arguments behind a precompiled header.
struct SomeFeatures {
    static constexpr Shape shape() { return features(8); }
};
struct SomeImage {
    static constexpr Shape shape() { return image(8, 8, 8); }
};
struct SomeSteps {
    static constexpr Shape shape() { return features(8, true); }
};
template <class Layer, class Input>
concept FactsAreConstant = requires {
    typename std::bool_constant<(static_cast<void>(Layer::facts(Input::shape())), true)>;
};
template <class Layer>
concept KnownToCompiler = FactsAreConstant<Layer, SomeFeatures> ||
                          FactsAreConstant<Layer, SomeImage> || FactsAreConstant<Layer, SomeSteps>;
template <class Layer>
concept FactsOfAnObject = requires {
    requires std::is_member_function_pointer_v<decltype(&Layer::facts)>;
};

template <class Layer>
constexpr DescriptorFault descriptor_fault() {
    using F = DescriptorFault;
    if constexpr (Descriptor<Layer>)
        return KnownToCompiler<Layer> ? F::none : F::not_constexpr;
    else if constexpr (requires { { Layer::facts(Shape{}) } -> std::same_as<Facts>; })
        return F::name;
    else if constexpr (FactsOfAnObject<Layer>) return F::not_static;
    else if constexpr (requires { Layer::name; } || requires { &Layer::facts; })
        return F::facts;
    else return F::no_descriptor;
}

/// Something that stands where a layer stands. Whoever holds layers asks for the size of this, so
/// that what a layer's own assertions say is said from there, with no other type in between.
template <class Layer>
struct Checked {
    static_assert(sizeof(Layer) > 0);
    static_assert(!is_shortcut<Layer>,
                  "alrao: Shortcut<...> stands in a Residual<...>, as its last argument");
    static constexpr DescriptorFault fault = is_shortcut<Layer> || is_composition<Layer>
                                                 ? DescriptorFault::none
                                                 : descriptor_fault<Layer>();

    static_assert(fault != DescriptorFault::no_descriptor,
                  "alrao: a layer is a descriptor (a static name, and facts(Shape)) or a composition; "
                  "the network's input stands first, as Input<...>, Sequence<...> or Tokens");
    static_assert(fault != DescriptorFault::name,
                  "alrao: a layer says its name: static constexpr std::string_view name = \"...\";");
    static_assert(fault != DescriptorFault::not_static,
                  "alrao: facts of a layer is a static member: static constexpr Facts facts(const "
                  "Shape&)");
    static_assert(fault != DescriptorFault::facts,
                  "alrao: a layer states its facts for an input: static constexpr Facts facts(const "
                  "Shape&)");
    static_assert(fault != DescriptorFault::not_constexpr,
                  "alrao: facts of a layer is constexpr, since the network is planned by the compiler: "
                  "static constexpr Facts facts(const Shape&)");
};

}  // namespace layers

/// Layers that follow each other, as one part of a composition. Without layers: its input as it is.
template <class... Layers>
struct Branch {
    static_assert(meta::stated<sizeof(layers::Checked<Layers>)...>);
};

/// The path around the layers of a Residual, where the input itself will not do (other channels).
template <class... Layers>
struct Shortcut {
    static_assert(meta::stated<sizeof(layers::Checked<Layers>)...>);
};

namespace layers {
/// As Checked, for the parts of a Residual.
template <class Part>
struct CheckedPart {
    static_assert(sizeof(Checked<Part>) > 0);
};
template <class... Layers>
struct CheckedPart<Shortcut<Layers...>> {
    static_assert(sizeof(Shortcut<Layers...>) > 0);
};

template <class... Parts>
inline constexpr bool shortcut_only_last = [] {
    constexpr std::array<bool, sizeof...(Parts) + 1> shortcut{is_shortcut<Parts>..., false};
    for (std::size_t i = 0; i + 1 < sizeof...(Parts); ++i)
        if (shortcut[i]) return false;
    return true;
}();
}  // namespace layers

/// The sum of what its layers compute and of its input: y = layers(x) + x. With a Shortcut<...> as
/// last argument: y = layers(x) + shortcut(x). Both sides need the same shape (He et al.,
/// arXiv 1512.03385). Not an activation: write one after it.
template <class... Layers>
struct Residual {
    static_assert(layers::shortcut_only_last<Layers...>,
                  "alrao: Residual<Layers..., Shortcut<...>> takes one Shortcut, as its last argument");
    static_assert(meta::stated<sizeof(layers::CheckedPart<Layers>)...>);
};

/// Branches (a layer, or Branch<...>) that read the same input and whose channels are laid side by
/// side in the output, in order. Height and width have to agree. Branch<> is the input itself.
template <class... Branches>
struct Concat {
    static_assert(sizeof...(Branches) > 0, "alrao: Concat<Branches...> needs at least one branch");
    static_assert(meta::stated<sizeof(layers::Checked<Branches>)...>);
};

/// N times the same layers, one after the other, each with parameters of its own.
template <std::size_t N, class... Layers>
struct Repeat {
    static_assert(N > 0, "alrao: Repeat<N, Layers...> needs N of at least 1");
    static_assert(meta::stated<sizeof(layers::Checked<Layers>)...>);
};

namespace layers {

/// What stands in the flat list of a network: layers, and the marks of where paths part and meet.
enum class Mark : unsigned char { layer, fork, next_branch, add, concat };

/// Whether the branches of a composition meet at a mark.
constexpr bool meets(Mark mark) { return mark == Mark::add || mark == Mark::concat; }

struct Fork {
    static constexpr Mark mark = Mark::fork;
    static constexpr std::string_view name = "Fork";
};
struct NextBranch {
    static constexpr Mark mark = Mark::next_branch;
    static constexpr std::string_view name = "NextBranch";
};
struct Add {
    static constexpr Mark mark = Mark::add;
    static constexpr std::string_view name = "Residual";
};
struct Join {
    static constexpr Mark mark = Mark::concat;
    static constexpr std::string_view name = "Concat";
};

/// A composition as the flat list of its leaves, in the order data flows.
template <class Layer>
struct Flat {
    using leaves = meta::List<Layer>;
};
template <class... Layers>
struct Flat<Branch<Layers...>> {
    using leaves = meta::concatenate<typename Flat<Layers>::leaves...>;
};
template <class... Layers>
struct Flat<Shortcut<Layers...>> {
    using leaves = meta::concatenate<typename Flat<Layers>::leaves...>;
};
template <std::size_t N, class... Layers>
struct Flat<Repeat<N, Layers...>> {
    using leaves = meta::repeat<N, meta::concatenate<typename Flat<Layers>::leaves...>>;
};
template <class... Layers>
struct Flat<Residual<Layers...>> {
    template <class Part>
    using mark = std::conditional_t<is_shortcut<Part>, meta::List<NextBranch>, meta::List<>>;
    using identity = std::conditional_t<(is_shortcut<Layers> || ...), meta::List<>,
                                        meta::List<NextBranch>>;
    using leaves = meta::concatenate<
        meta::List<Fork>, meta::concatenate<mark<Layers>, typename Flat<Layers>::leaves>...,
        identity, meta::List<Add>>;
};
template <class First, class... Rest>
struct Flat<Concat<First, Rest...>> {
    using leaves = meta::concatenate<
        meta::List<Fork>, typename Flat<First>::leaves,
        meta::concatenate<meta::List<NextBranch>, typename Flat<Rest>::leaves>..., meta::List<Join>>;
};
template <>
struct Flat<Concat<>> {
    using leaves = meta::List<>;
};

/// All leaves of a list of layers.
template <class... Layers>
using flat_leaves = meta::concatenate<typename Flat<Layers>::leaves...>;

}  // namespace layers
}  // namespace alrao
