#pragma once

#include <alrao/graph/network.hpp>
#include <alrao/layers/composition.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/meta/list.hpp>

#include <cstddef>
#include <type_traits>

/// Types of simplified networks for prediction: a BatchNorm after an affine layer is folded into that layer,
/// and an AveragedHead is replaced by one copy. model/folding.hpp computes their parameters.
namespace alrao::graph {

/// Whether a layer computes y = x W (+ b). A following BatchNorm can be folded into such a layer: folding
/// scales the columns of W, and scales and shifts b.
template <class Layer>
inline constexpr bool is_affine = false;
template <std::size_t Channels, class... Options>
inline constexpr bool is_affine<Conv2d<Channels, Options...>> = true;
template <std::size_t Units, class... Options>
inline constexpr bool is_affine<Dense<Units, Options...>> = true;

/// The same layer with a bias.
template <class Layer>
struct WithBias;
template <std::size_t Units, class... Options>
struct WithBias<Dense<Units, Options...>> {
    using type = Dense<Units>;
};
template <std::size_t Channels, class... Options>
struct WithBias<Conv2d<Channels, Options...>> {
    template <class Option>
    using kept = std::conditional_t<std::is_same_v<Option, NoBias>, meta::List<>, meta::List<Option>>;
    template <class... Kept>
    static auto with(meta::List<Kept...>) -> std::type_identity<Conv2d<Channels, Kept...>>;
    using type = typename decltype(with(meta::concatenate<kept<Options>...>{}))::type;
};

/// A list of layers in which Branch and Repeat are expanded, so that each layer is adjacent to the next one.
template <class Layer>
struct Spliced {
    using type = meta::List<Layer>;
};
template <class... Layers>
using spliced = meta::concatenate<typename Spliced<Layers>::type...>;
template <class... Layers>
struct Spliced<Branch<Layers...>> {
    using type = spliced<Layers...>;
};
template <std::size_t N, class... Layers>
struct Spliced<Repeat<N, Layers...>> {
    using type = meta::repeat<N, spliced<Layers...>>;
};

/// A layer or composition after BatchNorms were folded inside it.
template <class Layer>
struct FoldedParts {
    using type = Layer;
};
/// `type` is the list of the layers `Done`, followed by the layers `Rest` after each BatchNorm that follows an
/// affine layer was folded into it.
template <class Done, class... Rest>
struct FoldedSequence;
template <class... Done>
struct FoldedSequence<meta::List<Done...>> {
    using type = meta::List<Done...>;
};
template <class... Done, class Layer, class... Rest>
struct FoldedSequence<meta::List<Done...>, Layer, Rest...>
    : FoldedSequence<meta::List<Done..., typename FoldedParts<Layer>::type>, Rest...> {};
template <class... Done, class Layer, class... Rest>
    requires is_affine<Layer>
struct FoldedSequence<meta::List<Done...>, Layer, BatchNorm, Rest...>
    : FoldedSequence<meta::List<Done..., typename WithBias<Layer>::type>, Rest...> {};

/// `type` is Whole<Folded...>, where Folded are the layers of the list `Layers` (made by `spliced`) after
/// each BatchNorm that follows an affine layer was folded. `Whole` is the template of the network or
/// composition that contains the layers.
template <template <class...> class Whole, class Layers>
struct FoldedInto;
template <template <class...> class Whole, class... Layers>
struct FoldedInto<Whole, meta::List<Layers...>> {
    template <class... Folded>
    static auto whole(meta::List<Folded...>) -> std::type_identity<Whole<Folded...>>;
    using type = typename decltype(whole(typename FoldedSequence<meta::List<>, Layers...>::type{}))::type;
};
template <class... Layers>
struct FoldedParts<Residual<Layers...>> : FoldedInto<Residual, spliced<Layers...>> {};
template <class... Layers>
struct FoldedParts<Shortcut<Layers...>> : FoldedInto<Shortcut, spliced<Layers...>> {};
template <class... Branches>
struct FoldedParts<Concat<Branches...>> {
    using type = Concat<typename FoldedInto<Branch, typename Spliced<Branches>::type>::type...>;
};

template <class In>
struct NetworkOf {
    template <class... Layers>
    using type = Network<In, Layers...>;
};

template <class Net>
struct Folded;
template <class In, class... Layers>
struct Folded<Network<In, Layers...>> : FoldedInto<NetworkOf<In>::template type, spliced<Layers...>> {};

/// A layer in which an AveragedHead, possibly inside a Branch or Repeat, is replaced by its classifier.
template <class Layer>
struct WithPlainHead {
    using type = Layer;
};
template <class Classifier, std::size_t N>
struct WithPlainHead<AveragedHead<Classifier, N>> {
    using type = Classifier;
};
template <class... Layers>
struct WithPlainHead<Branch<Layers...>> {
    using type = Branch<typename WithPlainHead<Layers>::type...>;
};
template <std::size_t N, class... Layers>
struct WithPlainHead<Repeat<N, Layers...>> {
    using type = Repeat<N, typename WithPlainHead<Layers>::type...>;
};

template <class Net>
struct Collapsed;
template <class In, class... Layers>
struct Collapsed<Network<In, Layers...>> {
    using type = Network<In, typename WithPlainHead<Layers>::type...>;
};

}  // namespace alrao::graph

namespace alrao {

/// The network in which each BatchNorm directly after a Conv2d or Dense is removed and that layer has a
/// bias. Branch and Repeat are expanded, which changes the paths of layers.
template <class Net>
using FoldedNetwork = typename graph::Folded<Net>::type;

/// The network in which an AveragedHead is replaced by its classifier, that is, by one copy.
template <class Net>
using CollapsedNetwork = typename graph::Collapsed<Net>::type;

}  // namespace alrao
