#pragma once

#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/dropout.hpp>
#include <alrao/layers/flatten.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/pool2d.hpp>

/// AlexNet for 224 x 224 images (Krizhevsky, arXiv 1404.5997, as in torchvision). 61,100,840 parameters.
namespace nets {
using namespace alrao;

template <class Head = SoftmaxClassifier<1000>>
struct AlexNet
    : Network<Input<224, 224, 3>, Conv2d<64, Kernel<11>, Stride<4>, Padding<2>>, ReLU,
              MaxPool2d<3, Stride<2>>, Conv2d<192, Kernel<5>, Padding<2>>, ReLU, MaxPool2d<3, Stride<2>>,
              Conv2d<384, Kernel<3>, Padding<1>>, ReLU, Conv2d<256, Kernel<3>, Padding<1>>, ReLU,
              Conv2d<256, Kernel<3>, Padding<1>>, ReLU, MaxPool2d<3, Stride<2>>, Flatten, Dropout<>,
              Dense<4096>, ReLU, Dropout<>, Dense<4096>, ReLU, Head> {};

}  // namespace nets
