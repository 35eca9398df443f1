#pragma once

#include <alrao/layers/activation.hpp>
#include <alrao/layers/composition.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/layers/pool2d.hpp>
#include <alrao/model/model.hpp>

#include <cstddef>

namespace alrao::zoo {

namespace googlenet {

/// A Size x Size convolution that keeps height and width, with BatchNorm and ReLU.
template <std::size_t Channels, std::size_t Size>
using Convolution = Branch<Conv2d<Channels, Kernel<Size>, Padding<Size / 2>>, BatchNorm, ReLU>;

/// An inception block of four branches: 1 x 1; 3 x 3; two times 3 x 3; max pooling. The arguments after Width are
/// channel counts, which Width multiplies.
template <std::size_t Width, std::size_t N1x1, std::size_t Reduce3x3, std::size_t N3x3, std::size_t Reduce5x5,
          std::size_t N5x5, std::size_t Pooled>
using Inception = Concat<
    Convolution<Width * N1x1, 1>, Branch<Convolution<Width * Reduce3x3, 1>, Convolution<Width * N3x3, 3>>,
    Branch<Convolution<Width * Reduce5x5, 1>, Convolution<Width * N5x5, 3>, Convolution<Width * N5x5, 3>>,
    Branch<MaxPool2d<3, Stride<1>, Padding<1>>, Convolution<Width * Pooled, 1>>>;

}  // namespace googlenet

/// GoogLeNet for 32 x 32 images (Szegedy et al., arXiv 1409.4842), in the form common for CIFAR-10: with
/// batch normalisation, and with two 3 x 3 convolutions instead of each 5 x 5 convolution. `Head` is the last
/// layer; `Width` multiplies all channel counts. 6,166,250 parameters by default.
template <class Head = SoftmaxClassifier<10>, std::size_t Width = 1>
struct GoogLeNet
    : Model<Input<32, 32, 3>, Normalize, googlenet::Convolution<192 * Width, 3>,
            googlenet::Inception<Width, 64, 96, 128, 16, 32, 32>,
            googlenet::Inception<Width, 128, 128, 192, 32, 96, 64>, MaxPool2d<3, Stride<2>, Padding<1>>,
            googlenet::Inception<Width, 192, 96, 208, 16, 48, 64>,
            googlenet::Inception<Width, 160, 112, 224, 24, 64, 64>,
            googlenet::Inception<Width, 128, 128, 256, 24, 64, 64>,
            googlenet::Inception<Width, 112, 144, 288, 32, 64, 64>,
            googlenet::Inception<Width, 256, 160, 320, 32, 128, 128>, MaxPool2d<3, Stride<2>, Padding<1>>,
            googlenet::Inception<Width, 256, 160, 320, 32, 128, 128>,
            googlenet::Inception<Width, 384, 192, 384, 48, 128, 128>, GlobalAveragePool2d, Head> {
    using GoogLeNet::Model::Model;
};

}  // namespace alrao::zoo
