#pragma once

#include <alrao/layers/activation.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/flatten.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/network.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/layers/pool2d.hpp>

/// VGG19 with batch normalisation for 32 x 32 images (Simonyan and Zisserman, arXiv 1409.1556; one
/// dense layer, as is usual on CIFAR-10). 20,040,522 parameters.
namespace nets {
using namespace alrao;

template <std::size_t Channels>
using VggConvolution = Branch<Conv2d<Channels, Kernel<3>, Padding<1>>, BatchNorm, ReLU>;

template <std::size_t Depth, std::size_t Channels>
using VggStage = Branch<Repeat<Depth, VggConvolution<Channels>>, MaxPool2d<2>>;

template <class Head = SoftmaxClassifier<10>>
struct VGG19 : Network<Input<32, 32, 3>,
    VggStage<2, 64>,
    VggStage<2, 128>,
    VggStage<4, 256>,
    VggStage<4, 512>,
    VggStage<4, 512>,
    Flatten, Head> {};

}  // namespace nets
