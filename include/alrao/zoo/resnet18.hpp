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

namespace resnet18 {

/// A Size x Size convolution with stride Step, and BatchNorm.
template <std::size_t Channels, std::size_t Size, std::size_t Step = 1>
using Convolution =
    Branch<Conv2d<Channels, Kernel<Size>, Stride<Step>, Padding<Size / 2>, NoBias>, BatchNorm>;

/// The layers of a block: two 3 x 3 convolutions, the first with stride Step.
template <std::size_t Channels, std::size_t Step = 1>
using Path = Branch<Convolution<Channels, 3, Step>, ReLU, Convolution<Channels, 3>>;

/// A block whose output is added to its input, followed by ReLU.
template <std::size_t Channels>
using Same = Branch<Residual<Path<Channels>>, ReLU>;

/// A block that halves height and width and changes the channels.
template <std::size_t Channels>
using Down = Branch<Residual<Path<Channels, 2>, Shortcut<Convolution<Channels, 1, 2>>>, ReLU>;

}  // namespace resnet18

/// ResNet18 for 32 x 32 images (He et al., arXiv 1512.03385), in the form common for CIFAR-10: the first
/// convolution is 3 x 3 without stride or pooling. `Head` is the last layer; `Width` multiplies all channel
/// counts. 11,173,962 parameters by default.
template <class Head = SoftmaxClassifier<10>, std::size_t Width = 1>
struct ResNet18 : Model<Input<32, 32, 3>, Normalize, resnet18::Convolution<64 * Width, 3>, ReLU,
                        resnet18::Same<64 * Width>, resnet18::Same<64 * Width>, resnet18::Down<128 * Width>,
                        resnet18::Same<128 * Width>, resnet18::Down<256 * Width>, resnet18::Same<256 * Width>,
                        resnet18::Down<512 * Width>, resnet18::Same<512 * Width>, GlobalAveragePool2d, Head> {
    using ResNet18::Model::Model;
};

}  // namespace alrao::zoo
