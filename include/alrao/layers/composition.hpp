#pragma once

#include <alrao/layers/facts.hpp>
#include <alrao/layers/kernel_traits.hpp>
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
    none,
    no_descriptor,
    name,
    not_static,
    facts,
    not_constexpr,
    kernel_traits
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
concept FactsAreConstant =
    requires { typename std::bool_constant<(static_cast<void>(Layer::facts(Input::shape())), true)>; };
template <class Layer>
concept KnownToCompiler = FactsAreConstant<Layer, SomeFeatures> || FactsAreConstant<Layer, SomeImage> ||
                          FactsAreConstant<Layer, SomeSteps>;
template <class Layer>
concept FactsOfAnObject = requires { requires std::is_member_function_pointer_v<decltype(&Layer::facts)>; };

template <class Layer>
concept NameIsConstant =
    requires { typename std::bool_constant<(std::string_view(Layer::name).size(), true)>; };
template <class Layer>
concept FactsIsFunction = requires { static_cast<Facts (*)(const Shape&)>(&Layer::facts); };

template <class Layer>
concept OtherKernelTraits = requires { &Layer::kernel_traits; } &&
                            !requires { static_cast<KernelTraits (*)(const Shape&)>(&Layer::kernel_traits); };

template <class Layer>
constexpr DescriptorFault descriptor_fault() {
    using F = DescriptorFault;
    if constexpr (Descriptor<Layer> && !NameIsConstant<Layer>) return F::name;
    else if constexpr (Descriptor<Layer> && !FactsIsFunction<Layer>) return F::facts;
    else if constexpr (Descriptor<Layer> && OtherKernelTraits<Layer>) return F::kernel_traits;
    else if constexpr (Descriptor<Layer>) return KnownToCompiler<Layer> ? F::none : F::not_constexpr;
    else if constexpr (requires {
                           { Layer::facts(Shape{}) } -> std::same_as<Facts>;
                       })
        return F::name;
    else if constexpr (FactsOfAnObject<Layer>) return F::not_static;
    else if constexpr (
        requires { Layer::name; } || requires { &Layer::facts; })
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
    static constexpr DescriptorFault fault =
        is_shortcut<Layer> || is_composition<Layer> ? DescriptorFault::none : descriptor_fault<Layer>();

    static_assert(fault != DescriptorFault::no_descriptor,
                  "alrao: a layer is a descriptor (a public static name, and facts(Shape)) or a composition; "
                  "the network's input stands first, as Input<...>, Sequence<...> or Tokens");
    static_assert(
        fault != DescriptorFault::name,
        "alrao: a layer says its name, in public: static constexpr std::string_view name = \"...\";");
    static_assert(fault != DescriptorFault::not_static,
                  "alrao: facts of a layer is a static member: static constexpr Facts facts(const "
                  "Shape&)");
    static_assert(
        fault != DescriptorFault::facts,
        "alrao: a layer states its facts for an input, in public: static constexpr Facts facts(const "
        "Shape&)");
    static_assert(fault != DescriptorFault::kernel_traits,
                  "alrao: kernel_traits of a layer is static: static constexpr KernelTraits "
                  "kernel_traits(const Shape&)");
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

}  // namespace alrao
