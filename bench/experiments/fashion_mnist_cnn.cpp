#include "fashion_mnist_nets.hpp"
#include "run_network.hpp"

namespace experiments {

namespace {

template <class Head>
struct Cnn : Model<Input<28, 28, 1>, Normalize, Conv2d<32, Kernel<3>, Padding<1>>, BatchNorm, ReLU,
                   MaxPool2d<2>, Conv2d<64, Kernel<3>, Padding<1>>, BatchNorm, ReLU, MaxPool2d<2>, Flatten,
                   Dense<128>, ReLU, Head> {
    using Cnn::Model::Model;
};
static_assert(Cnn<SoftmaxClassifier<10>>::parameter_count ==
              10 * 32 + (9 * 32 + 1) * 64 + 2 * (32 + 64) + (7 * 7 * 64 + 1) * 128 + 129 * 10);

}  // namespace

Result run_cnn(const Settings& settings, const Images& images, std::uint64_t seed) {
    return run_network<Cnn<SoftmaxClassifier<10>>, Cnn<AveragedHead<SoftmaxClassifier<10>, 10>>>(
        settings, images, seed);
}

}  // namespace experiments
