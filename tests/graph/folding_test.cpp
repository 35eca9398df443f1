#include <alrao/graph/folding.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/pool2d.hpp>

#include <doctest/doctest.h>

#include <type_traits>

namespace graph_folding_test {

using namespace alrao;

namespace {

template <class... Layers>
using Folds = FoldedNetwork<Network<Input<8>, Layers..., SoftmaxClassifier<3>>>;
template <class... Layers>
using Is = Network<Input<8>, Layers..., SoftmaxClassifier<3>>;

// A BatchNorm after an affine layer, with or without bias, also across Branch and Repeat.
static_assert(std::is_same_v<Folds<Dense<4, NoBias>, BatchNorm, ReLU>, Is<Dense<4>, ReLU>>);
static_assert(std::is_same_v<Folds<Branch<Dense<4>>, BatchNorm>, Is<Dense<4>>>);
static_assert(std::is_same_v<Folds<Dense<4>, ReLU, BatchNorm>, Is<Dense<4>, ReLU, BatchNorm>>);
static_assert(std::is_same_v<Folds<BatchNorm, Dense<4>>, Is<BatchNorm, Dense<4>>>);
static_assert(std::is_same_v<Folds<Dense<4>, BatchNorm, BatchNorm>, Is<Dense<4>, BatchNorm>>);
static_assert(std::is_same_v<Folds<Repeat<2, BatchNorm, Dense<3>>>, Is<BatchNorm, Dense<3>, Dense<3>>>);
static_assert(std::is_same_v<Folds<Residual<Branch<Dense<8>, BatchNorm>>, BatchNorm>,
                             Is<Residual<Dense<8>>, BatchNorm>>);
static_assert(std::is_same_v<Folds<Residual<Dense<4>, BatchNorm, Shortcut<Dense<4, NoBias>, BatchNorm>>>,
                             Is<Residual<Dense<4>, Shortcut<Dense<4>>>>>);
static_assert(std::is_same_v<Folds<Concat<Branch<>, Branch<Dense<4>, BatchNorm>, Dense<2>>>,
                             Is<Concat<Branch<>, Branch<Dense<4>>, Branch<Dense<2>>>>>);

using Image = Network<Input<8, 8, 3>, Conv2d<4, NoBias, Kernel<3>, Padding<1>>, BatchNorm, ReLU,
                      GlobalAveragePool2d, AveragedHead<SoftmaxClassifier<3>, 5>>;
static_assert(std::is_same_v<FoldedNetwork<Image>,
                             Network<Input<8, 8, 3>, Conv2d<4, Kernel<3>, Padding<1>>, ReLU,
                                     GlobalAveragePool2d, AveragedHead<SoftmaxClassifier<3>, 5>>>);
static_assert(std::is_same_v<CollapsedNetwork<Image>,
                             Network<Input<8, 8, 3>, Conv2d<4, NoBias, Kernel<3>, Padding<1>>, BatchNorm,
                                     ReLU, GlobalAveragePool2d, SoftmaxClassifier<3>>>);

}  // namespace

TEST_CASE("a folded network has a bias in place of each scale and shift") {
    CHECK(FoldedNetwork<Image>::node_count == Image::node_count - 1);
    CHECK(FoldedNetwork<Image>::parameter_count == Image::parameter_count - 4);
    CHECK(CollapsedNetwork<Image>::parameter_count == Image::parameter_count - 4 * (4 * 3 + 3));
}

}  // namespace graph_folding_test
