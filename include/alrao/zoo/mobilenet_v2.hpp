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

namespace mobilenet_v2 {

/// A 1 x 1 convolution with BatchNorm.
template <std::size_t Channels>
using Pointwise = Branch<Conv2d<Channels, Kernel<1>, NoBias>, BatchNorm>;

/// A 3 x 3 depthwise convolution with stride Step, and BatchNorm.
template <std::size_t Channels, std::size_t Step>
using Depthwise =
    Branch<Conv2d<Channels, Kernel<3>, Stride<Step>, Padding<1>, Groups<Channels>, NoBias>, BatchNorm>;

/// Expands the channels by a factor, applies a depthwise convolution with stride Step, and projects to Out
/// channels.
template <std::size_t In, std::size_t Out, std::size_t Expansion, std::size_t Step = 2>
using Bottleneck =
    Branch<Pointwise<Expansion * In>, ReLU, Depthwise<Expansion * In, Step>, ReLU, Pointwise<Out>>;

/// A bottleneck whose output is added to its input.
template <std::size_t Channels, std::size_t Expansion>
using Same = Residual<Bottleneck<Channels, Channels, Expansion, 1>>;

/// A bottleneck from In to Out channels, with a 1 x 1 convolution as shortcut.
template <std::size_t In, std::size_t Out, std::size_t Expansion>
using Wider = Residual<Bottleneck<In, Out, Expansion, 1>, Shortcut<Pointwise<Out>>>;

}  // namespace mobilenet_v2

/// MobileNetV2 for 32 x 32 images (Sandler et al., arXiv 1801.04381), with the strides, shortcuts and ReLU
/// (instead of ReLU6) common for CIFAR-10. `Head` is the last layer; `Width` multiplies all channel counts.
/// 2,296,922 parameters by default.
template <class Head = SoftmaxClassifier<10>, std::size_t Width = 1>
struct MobileNetV2
    : Model<Input<32, 32, 3>, Normalize, Conv2d<32 * Width, Kernel<3>, Padding<1>, NoBias>, BatchNorm, ReLU,
            mobilenet_v2::Wider<32 * Width, 16 * Width, 1>, mobilenet_v2::Wider<16 * Width, 24 * Width, 6>,
            mobilenet_v2::Same<24 * Width, 6>, mobilenet_v2::Bottleneck<24 * Width, 32 * Width, 6>,
            Repeat<2, mobilenet_v2::Same<32 * Width, 6>>, mobilenet_v2::Bottleneck<32 * Width, 64 * Width, 6>,
            Repeat<3, mobilenet_v2::Same<64 * Width, 6>>, mobilenet_v2::Wider<64 * Width, 96 * Width, 6>,
            Repeat<2, mobilenet_v2::Same<96 * Width, 6>>,
            mobilenet_v2::Bottleneck<96 * Width, 160 * Width, 6>,
            Repeat<2, mobilenet_v2::Same<160 * Width, 6>>, mobilenet_v2::Wider<160 * Width, 320 * Width, 6>,
            mobilenet_v2::Pointwise<1280 * Width>, ReLU, GlobalAveragePool2d, Head> {
    using MobileNetV2::Model::Model;
};

}  // namespace alrao::zoo
