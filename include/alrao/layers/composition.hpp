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

/// The first requirement of a layer descriptor that a type does not meet.
enum class DescriptorFault : unsigned char {
    none,
    no_descriptor,
    name,
    not_static,
    facts,
    not_constexpr,
    kernel_traits
};

// Examples of inputs: `facts` must be a constant expression for at least one of them.
// Named types instead of lambdas: clang 14 crashes on lambdas in template arguments in a precompiled header.
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
/// `facts` can be evaluated at compile time.
template <class Layer>
concept KnownToCompiler = FactsAreConstant<Layer, SomeFeatures> || FactsAreConstant<Layer, SomeImage> ||
                          FactsAreConstant<Layer, SomeSteps>;
/// `facts` is a member function that is not static.
template <class Layer>
concept FactsOfAnObject = requires { requires std::is_member_function_pointer_v<decltype(&Layer::facts)>; };

template <class Layer>
concept NameIsConstant =
    requires { typename std::bool_constant<(std::string_view(Layer::name).size(), true)>; };
template <class Layer>
concept FactsIsFunction = requires { static_cast<Facts (*)(const Shape&)>(&Layer::facts); };

/// The layer has a member `kernel_traits` that is not a static function with the required signature.
template <class Layer>
concept OtherKernelTraits = requires { &Layer::kernel_traits; } &&
                            !requires { static_cast<KernelTraits (*)(const Shape&)>(&Layer::kernel_traits); };

/// The first fault of a layer, or DescriptorFault::none.
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

/// Checks that `Layer` can be used as a layer. Compositions evaluate sizeof(Checked<Layer>), which also
/// instantiates `Layer`, so that its own static_asserts are reported directly.
template <class Layer>
struct Checked {
    static_assert(sizeof(Layer) > 0);
    static_assert(!is_shortcut<Layer>, "alrao: Shortcut<...> must be the last argument of a Residual<...>");
    static constexpr DescriptorFault fault =
        is_shortcut<Layer> || is_composition<Layer> ? DescriptorFault::none : descriptor_fault<Layer>();

    static_assert(fault != DescriptorFault::no_descriptor,
                  "alrao: a layer is a descriptor (a public static name, and facts(Shape)) or a composition; "
                  "the network's input comes first, as Input<...>, Sequence<...> or Tokens");
    static_assert(fault != DescriptorFault::name,
                  "alrao: a layer needs a public name: static constexpr std::string_view name = \"...\";");
    static_assert(fault != DescriptorFault::not_static,
                  "alrao: facts of a layer must be static: static constexpr Facts facts(const Shape&)");
    static_assert(fault != DescriptorFault::facts,
                  "alrao: a layer needs a public function facts: static constexpr Facts facts(const Shape&)");
    static_assert(fault != DescriptorFault::kernel_traits,
                  "alrao: kernel_traits of a layer must be static: static constexpr KernelTraits "
                  "kernel_traits(const Shape&)");
    static_assert(fault != DescriptorFault::not_constexpr,
                  "alrao: facts of a layer must be constexpr, because it is evaluated at compile time: "
                  "static constexpr Facts facts(const Shape&)");
};

}  // namespace layers

/// Layers in sequence, as one branch of a composition. Branch<> without layers passes its input through.
template <class... Layers>
struct Branch {
    static_assert(meta::stated<sizeof(layers::Checked<Layers>)...>);
};

/// The second branch of a Residual: layers that replace the identity, usually a 1 x 1 convolution where
/// the number of channels changes.
template <class... Layers>
struct Shortcut {
    static_assert(meta::stated<sizeof(layers::Checked<Layers>)...>);
};

namespace layers {
/// As Checked, for the arguments of a Residual.
template <class Part>
struct CheckedPart {
    static_assert(sizeof(Checked<Part>) > 0);
};
template <class... Layers>
struct CheckedPart<Shortcut<Layers...>> {
    static_assert(sizeof(Shortcut<Layers...>) > 0);
};

/// Whether no argument of a Residual but the last is a Shortcut.
template <class... Parts>
inline constexpr bool shortcut_only_last = [] {
    constexpr std::array<bool, sizeof...(Parts) + 1> shortcut{is_shortcut<Parts>..., false};
    for (std::size_t i = 0; i + 1 < sizeof...(Parts); ++i)
        if (shortcut[i]) return false;
    return true;
}();
}  // namespace layers

/// Residual block: y = layers(x) + x, or with a Shortcut<...> as last argument
/// y = layers(x) + shortcut(x). Both terms must have the same shape. No activation is applied to the sum:
/// add one after the block (He et al., arXiv 1512.03385).
template <class... Layers>
struct Residual {
    static_assert(layers::shortcut_only_last<Layers...>,
                  "alrao: Residual<Layers..., Shortcut<...>> takes one Shortcut, as its last argument only");
    static_assert(meta::stated<sizeof(layers::CheckedPart<Layers>)...>);
};

/// Concatenation along the channels: all branches (a layer or Branch<...>) read the same input, and the
/// output contains the channels of the first branch, then those of the second, and so on. Height and width
/// of the branches must be equal. Branch<> passes the input through.
template <class... Branches>
struct Concat {
    static_assert(sizeof...(Branches) > 0, "alrao: Concat<Branches...> needs at least one branch");
    static_assert(meta::stated<sizeof(layers::Checked<Branches>)...>);
};

/// A sequence of layers, repeated N times. Each repetition has its own parameters.
template <std::size_t N, class... Layers>
struct Repeat {
    static_assert(N > 0, "alrao: Repeat<N, Layers...> needs an N of at least 1");
    static_assert(meta::stated<sizeof(layers::Checked<Layers>)...>);
};

}  // namespace alrao
