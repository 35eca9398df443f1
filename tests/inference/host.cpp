// A program that only predicts: no BLAS, no exceptions, no run-time types (see meson.build). It answers by its exit status.
#include <alrao/inference.hpp>

#include <vector>

using namespace alrao;

struct Net : Model<Input<12, 12, 3>, Normalize, Conv2d<8, Kernel<3>, Padding<1>, NoBias>, BatchNorm, ReLU, MaxPool2d<2>,
                   Residual<Conv2d<8, Kernel<3>, Padding<1>>, BatchNorm>, ReLU, Concat<Branch<>, Conv2d<4, Kernel<1>>>,
                   GlobalAveragePool2d, Dense<16>, Dropout<>, ReLU, AveragedHead<SoftmaxClassifier<5>, 3>> {
    using Model::Model;
};

int main() {
    const auto net = fold_batch_norm(best_copy(Net(Seed{1})));
    Threads threads(1);
    Workspace<std::remove_const_t<decltype(net)>, OwnTiles<>> workspace(2, threads);
    const std::vector<float> images(2 * 12 * 12 * 3, 0.5F);
    const auto probabilities = workspace.run(net, images.data(), 2);
    float sum = 0;
    for (std::size_t k = 0; k < 5; ++k) sum += probabilities.row(1)[k];
    return sum > 0.999F && sum < 1.001F ? 0 : 1;
}
