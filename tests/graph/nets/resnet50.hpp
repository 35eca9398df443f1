#pragma once

#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/layers/pool2d.hpp>

/// ResNet50 for 224 x 224 images (He et al., arXiv 1512.03385; with the stride in the 3 x 3 convolution, as in
/// torchvision). 25,557,032 parameters.
namespace nets {
using namespace alrao;

template <std::size_t Channels, std::size_t Size, std::size_t Step = 1>
using ResNetConvolution =
    Branch<Conv2d<Channels, Kernel<Size>, Stride<Step>, Padding<Size / 2>, NoBias>, BatchNorm>;

template <std::size_t Width, std::size_t Step>
using ResNetPath = Branch<ResNetConvolution<Width, 1>, ReLU, ResNetConvolution<Width, 3, Step>, ReLU,
                          ResNetConvolution<4 * Width, 1>>;

template <std::size_t Blocks, std::size_t Width, std::size_t Step>
using ResNetStage = Branch<Residual<ResNetPath<Width, Step>, Shortcut<ResNetConvolution<4 * Width, 1, Step>>>,
                           ReLU, Repeat<Blocks - 1, Residual<ResNetPath<Width, 1>>, ReLU>>;

template <class Head = SoftmaxClassifier<1000>>
struct ResNet50 : Network<Input<224, 224, 3>, ResNetConvolution<64, 7, 2>, ReLU,
                          MaxPool2d<3, Stride<2>, Padding<1>>, ResNetStage<3, 64, 1>, ResNetStage<4, 128, 2>,
                          ResNetStage<6, 256, 2>, ResNetStage<3, 512, 2>, GlobalAveragePool2d, Head> {};

}  // namespace nets
