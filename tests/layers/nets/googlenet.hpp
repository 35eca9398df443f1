#pragma once

#include <alrao/layers/activation.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/network.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/layers/pool2d.hpp>

/// GoogLeNet for 32 x 32 images (Szegedy et al., arXiv 1409.4842, with batch normalisation and the
/// 5 x 5 convolution as two of 3 x 3, as is usual on CIFAR-10). 6,166,250 parameters.
namespace nets {
using namespace alrao;

template <std::size_t Channels, std::size_t Size>
using GoogleConvolution =
    Branch<Conv2d<Channels, Kernel<Size>, Padding<Size / 2>>, BatchNorm, ReLU>;

template <std::size_t N1x1, std::size_t Reduce3x3, std::size_t N3x3, std::size_t Reduce5x5,
          std::size_t N5x5, std::size_t Pooled>
using Inception = Concat<
    GoogleConvolution<N1x1, 1>,
    Branch<GoogleConvolution<Reduce3x3, 1>, GoogleConvolution<N3x3, 3>>,
    Branch<GoogleConvolution<Reduce5x5, 1>, GoogleConvolution<N5x5, 3>, GoogleConvolution<N5x5, 3>>,
    Branch<MaxPool2d<3, Stride<1>, Padding<1>>, GoogleConvolution<Pooled, 1>>>;

template <class Head = SoftmaxClassifier<10>>
struct GoogLeNet : Network<Input<32, 32, 3>,
    GoogleConvolution<192, 3>,
    Inception< 64,  96, 128, 16,  32,  32>,
    Inception<128, 128, 192, 32,  96,  64>,
    MaxPool2d<3, Stride<2>, Padding<1>>,
    Inception<192,  96, 208, 16,  48,  64>,
    Inception<160, 112, 224, 24,  64,  64>,
    Inception<128, 128, 256, 24,  64,  64>,
    Inception<112, 144, 288, 32,  64,  64>,
    Inception<256, 160, 320, 32, 128, 128>,
    MaxPool2d<3, Stride<2>, Padding<1>>,
    Inception<256, 160, 320, 32, 128, 128>,
    Inception<384, 192, 384, 48, 128, 128>,
    GlobalAveragePool2d, Head> {};

}  // namespace nets
