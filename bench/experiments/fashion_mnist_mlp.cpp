#include "fashion_mnist_nets.hpp"
#include "run_network.hpp"

namespace experiments {

namespace {

template <class Head>
struct Mlp : Model<Input<28, 28, 1>, Normalize, Flatten, Dense<512>, ReLU, Dense<512>, ReLU, Head> {
    using Mlp::Model::Model;
};

template <class Head>
struct MlpBatchNorm : Model<Input<28, 28, 1>, Normalize, Flatten, Dense<512>, BatchNorm, ReLU, Dense<512>,
                            BatchNorm, ReLU, Head> {
    using MlpBatchNorm::Model::Model;
};

using Classes = SoftmaxClassifier<10>;
template <std::size_t Copies>
using Copied = AveragedHead<Classes, Copies>;

}  // namespace

Result run_mlp(const Settings& settings, const Images& images, std::uint64_t seed) {
    return run_network<Mlp<Classes>, Mlp<Copied<1>>, Mlp<Copied<6>>, Mlp<Copied<10>>>(settings, images, seed);
}
Result run_mlp_bn(const Settings& settings, const Images& images, std::uint64_t seed) {
    return run_network<MlpBatchNorm<Classes>, MlpBatchNorm<Copied<1>>, MlpBatchNorm<Copied<6>>,
                       MlpBatchNorm<Copied<10>>>(settings, images, seed);
}

}  // namespace experiments
