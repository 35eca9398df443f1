#pragma once

#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/layers/pool2d.hpp>

/// DenseNet121 for 224 x 224 images (Huang et al., arXiv 1608.06993, as in torchvision). 7,978,856
/// parameters.
namespace nets {
using namespace alrao;

template <std::size_t Channels, std::size_t Size>
using PreactivatedConvolution =
    Branch<BatchNorm, ReLU, Conv2d<Channels, Kernel<Size>, Padding<Size / 2>, NoBias>>;

/// Appends 32 channels that are computed from all previous channels.
using DenseLayer = Concat<Branch<>, Branch<PreactivatedConvolution<128, 1>, PreactivatedConvolution<32, 3>>>;

template <std::size_t Channels>
using Transition = Branch<PreactivatedConvolution<Channels, 1>, AveragePool2d<2>>;

template <class Head = SoftmaxClassifier<1000>>
struct DenseNet121
    : Network<Input<224, 224, 3>, Conv2d<64, Kernel<7>, Stride<2>, Padding<3>, NoBias>, BatchNorm, ReLU,
              MaxPool2d<3, Stride<2>, Padding<1>>, Repeat<6, DenseLayer>, Transition<128>,
              Repeat<12, DenseLayer>, Transition<256>, Repeat<24, DenseLayer>, Transition<512>,
              Repeat<16, DenseLayer>, BatchNorm, ReLU, GlobalAveragePool2d, Head> {};

}  // namespace nets
