#include <alrao/layers/activation.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/kernel_traits.hpp>
#include <alrao/layers/pool2d.hpp>

#include <doctest/doctest.h>

namespace layers_kernel_traits_test {

using namespace alrao;

TEST_CASE("kernel traits are those that a layer declares; all are false by default") {
    CHECK(layers::kernel_traits_of<Conv2d<4, Kernel<3>>>(image(8, 8, 3)).ends_with_relu);
    CHECK(layers::kernel_traits_of<ReLU>(features(3)).is_relu);
    const KernelTraits none = layers::kernel_traits_of<Tanh>(features(3));
    CHECK_FALSE((none.ends_with_relu || none.is_relu || none.works_in_place || none.is_disjoint_pooling));
}

TEST_CASE("a pooling is disjoint if its windows cover each pixel exactly once") {
    CHECK(layers::kernel_traits_of<MaxPool2d<2>>(image(4, 6, 3)).is_disjoint_pooling);
    CHECK_FALSE(layers::kernel_traits_of<MaxPool2d<2>>(image(5, 6, 3)).is_disjoint_pooling);
    CHECK_FALSE(layers::kernel_traits_of<MaxPool2d<2, Stride<1>>>(image(4, 6, 3)).is_disjoint_pooling);
}

}  // namespace layers_kernel_traits_test
