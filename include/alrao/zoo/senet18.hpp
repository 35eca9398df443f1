#pragma once

#include <alrao/layers/activation.hpp>
#include <alrao/layers/composition.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/layers/pool2d.hpp>
#include <alrao/layers/squeeze_excite.hpp>
#include <alrao/model/model.hpp>

#include <cstddef>

namespace alrao::zoo {

namespace senet18 {

/// A 3 x 3 convolution with stride Step, without bias.
template <std::size_t Channels, std::size_t Step = 1>
using Convolution = Conv2d<Channels, Kernel<3>, Stride<Step>, Padding<1>, NoBias>;

/// The layers of a block after its first normalisation. SqueezeExcite reduces the channels to 1/16.
template <std::size_t Channels, std::size_t Step = 1>
using Path =
    Branch<Convolution<Channels, Step>, BatchNorm, ReLU, Convolution<Channels>, SqueezeExcite<Channels / 16>>;

/// A block whose output is added to its input.
template <std::size_t Channels>
using Same = Residual<BatchNorm, ReLU, Path<Channels>>;

/// A block that halves height and width and changes the channels. Its shortcut starts after the first
/// normalisation and ReLU.
template <std::size_t Channels>
using Down = Branch<BatchNorm, ReLU,
                    Residual<Path<Channels, 2>, Shortcut<Conv2d<Channels, Kernel<1>, Stride<2>, NoBias>>>>;

}  // namespace senet18

/// SENet18 for 32 x 32 images: a ResNet18 with BatchNorm and ReLU before each convolution (He et al., arXiv
/// 1603.05027) and squeeze and excitation (Hu et al., arXiv 1709.01507), in the form common for CIFAR-10.
/// `Head` is the last layer; `Width` multiplies all channel counts. 11,260,354 parameters by default.
template <class Head = SoftmaxClassifier<10>, std::size_t Width = 1>
struct SENet18 : Model<Input<32, 32, 3>, Normalize, senet18::Convolution<64 * Width>, BatchNorm, ReLU,
                       senet18::Same<64 * Width>, senet18::Same<64 * Width>, senet18::Down<128 * Width>,
                       senet18::Same<128 * Width>, senet18::Down<256 * Width>, senet18::Same<256 * Width>,
                       senet18::Down<512 * Width>, senet18::Same<512 * Width>, GlobalAveragePool2d, Head> {
    using SENet18::Model::Model;
};

}  // namespace alrao::zoo
