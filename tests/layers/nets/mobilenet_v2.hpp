#pragma once

#include <alrao/layers/activation.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/network.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/layers/pool2d.hpp>

/// MobileNetV2 for 32 x 32 images (Sandler et al., arXiv 1801.04381; strides and shortcuts as is
/// usual on CIFAR-10). 2,296,922 parameters.
namespace nets {
using namespace alrao;

template <std::size_t Channels>
using Pointwise = Branch<Conv2d<Channels, Kernel<1>, NoBias>, BatchNorm>;

template <std::size_t Channels, std::size_t Step>
using Depthwise =
    Branch<Conv2d<Channels, Kernel<3>, Stride<Step>, Padding<1>, Groups<Channels>, NoBias>, BatchNorm>;

/// Expands the channels, filters each by itself, projects onto Out channels.
template <std::size_t In, std::size_t Out, std::size_t Expansion, std::size_t Step>
using Bottleneck = Branch<Pointwise<Expansion * In>, ReLU,
                          Depthwise<Expansion * In, Step>, ReLU, Pointwise<Out>>;

template <std::size_t Channels, std::size_t Expansion>
using Same = Residual<Bottleneck<Channels, Channels, Expansion, 1>>;

template <std::size_t In, std::size_t Out, std::size_t Expansion>
using Wider = Residual<Bottleneck<In, Out, Expansion, 1>, Shortcut<Pointwise<Out>>>;

template <class Head = SoftmaxClassifier<10>>
struct MobileNetV2 : Network<Input<32, 32, 3>,
    Conv2d<32, Kernel<3>, Padding<1>, NoBias>, BatchNorm, ReLU,
    Wider<32, 16, 1>,
    Wider<16, 24, 6>, Same<24, 6>,
    Bottleneck<24, 32, 6, 2>, Repeat<2, Same<32, 6>>,
    Bottleneck<32, 64, 6, 2>, Repeat<3, Same<64, 6>>,
    Wider<64, 96, 6>, Repeat<2, Same<96, 6>>,
    Bottleneck<96, 160, 6, 2>, Repeat<2, Same<160, 6>>,
    Wider<160, 320, 6>,
    Pointwise<1280>, ReLU,
    GlobalAveragePool2d, Head> {};

}  // namespace nets
