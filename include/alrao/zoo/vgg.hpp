#pragma once

#include <alrao/layers/activation.hpp>
#include <alrao/layers/composition.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/flatten.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/layers/pool2d.hpp>
#include <alrao/model/model.hpp>

#include <cstddef>

namespace alrao::zoo {

namespace vgg {

/// A 3 x 3 convolution that keeps height and width, with BatchNorm and ReLU.
template <std::size_t Channels>
using Convolution = Branch<Conv2d<Channels, Kernel<3>, Padding<1>>, BatchNorm, ReLU>;

/// `Depth` convolutions, followed by a max pooling that halves height and width.
template <std::size_t Depth, std::size_t Channels>
using Stage = Branch<Repeat<Depth, Convolution<Channels>>, MaxPool2d<2>>;

}  // namespace vgg

/// VGG19 with batch normalisation for 32 x 32 images (Simonyan and Zisserman, arXiv 1409.1556), with a
/// single dense layer, as is common for CIFAR-10. `Head` is the last layer; `Width` multiplies all channel
/// counts. 20,040,522 parameters by default.
///
/// Use with another head, with <alrao/alrao.hpp> included:
///   struct Net : zoo::VGG19<AveragedHead<SoftmaxClassifier<10>, 10>> { using VGG19::VGG19; };
/// Inputs are pixels divided by 255; `fit` computes the constants of Normalize, or `normalize_by` sets them.
template <class Head = SoftmaxClassifier<10>, std::size_t Width = 1>
struct VGG19 : Model<Input<32, 32, 3>, Normalize, vgg::Stage<2, 64 * Width>, vgg::Stage<2, 128 * Width>,
                     vgg::Stage<4, 256 * Width>, vgg::Stage<4, 512 * Width>, vgg::Stage<4, 512 * Width>,
                     Flatten, Head> {
    using VGG19::Model::Model;
};

/// The first three stages of VGG13: six convolutions, for experiments that take minutes. 1,188,170
/// parameters by default.
template <class Head = SoftmaxClassifier<10>, std::size_t Width = 1>
struct SmallVGG : Model<Input<32, 32, 3>, Normalize, vgg::Stage<2, 64 * Width>, vgg::Stage<2, 128 * Width>,
                        vgg::Stage<2, 256 * Width>, Flatten, Head> {
    using SmallVGG::Model::Model;
};

}  // namespace alrao::zoo
