#pragma once

#include <alrao/layers/activation.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/network.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/layers/pool2d.hpp>
#include <alrao/layers/squeeze_excite.hpp>

/// SENet18 for 32 x 32 images (Hu et al., arXiv 1709.01507, on preactivated residual blocks, He et al.,
/// arXiv 1603.05027, as is usual on CIFAR-10). 11,260,354 parameters.
namespace nets {
using namespace alrao;

template <std::size_t Channels, std::size_t Step = 1>
using SenetConvolution = Conv2d<Channels, Kernel<3>, Stride<Step>, Padding<1>, NoBias>;

/// From preactivated channels: two convolutions, and gates with a sixteenth of the channels between.
template <std::size_t Channels, std::size_t Step>
using SenetPath = Branch<SenetConvolution<Channels, Step>, BatchNorm, ReLU, SenetConvolution<Channels>,
                         SqueezeExcite<Channels / 16>>;

template <std::size_t Channels>
using SenetBlock = Residual<BatchNorm, ReLU, SenetPath<Channels, 1>>;

/// With other channels than its input: the shortcut, too, starts from the preactivated ones.
template <std::size_t Channels, std::size_t Step>
using SenetWider =
    Branch<BatchNorm, ReLU,
           Residual<SenetPath<Channels, Step>,
                    Shortcut<Conv2d<Channels, Kernel<1>, Stride<Step>, NoBias>>>>;

template <class Head = SoftmaxClassifier<10>>
struct SENet18 : Network<Input<32, 32, 3>,
    SenetConvolution<64>, BatchNorm, ReLU,
    SenetBlock<64>, SenetBlock<64>,
    SenetWider<128, 2>, SenetBlock<128>,
    SenetWider<256, 2>, SenetBlock<256>,
    SenetWider<512, 2>, SenetBlock<512>,
    GlobalAveragePool2d, Head> {};

}  // namespace nets
