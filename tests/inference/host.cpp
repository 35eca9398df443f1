// A program that only predicts, without BLAS, exceptions and run-time type information (see meson.build). It checks
// that folded and collapsed networks predict the same as the original; the exit status is the result.
#include <alrao/inference.hpp>

#include <cmath>
#include <span>
#include <type_traits>
#include <vector>

using namespace alrao;

struct Net : Model<Input<12, 12, 3>, Normalize, Conv2d<8, Kernel<3>, Padding<1>, NoBias>, BatchNorm, ReLU,
                   MaxPool2d<2>, Residual<Conv2d<8, Kernel<3>, Padding<1>>, BatchNorm>, ReLU,
                   Concat<Branch<>, Conv2d<4, Kernel<1>>>, GlobalAveragePool2d, Dense<16>, Dropout<>, ReLU,
                   AveragedHead<SoftmaxClassifier<5>, 3>> {
    using Model::Model;
};

std::vector<float> two_images() {
    std::vector<float> images(2 * 12 * 12 * 3);
    for (std::size_t i = 0; i < images.size(); ++i) images[i] = static_cast<float>(i % 17) / 17;
    return images;
}

template <class Model>
std::vector<float> predictions(const Model& net, Averaged averaged) {
    Threads threads(1);
    Predictor<Model> predictor(2, threads);
    const std::vector<float> images = two_images();
    const auto rows = predictor.run(net, images.data(), 2, 1, averaged);
    return {rows.data, rows.data + 2 * rows.channels};
}

bool near(const std::vector<float>& a, const std::vector<float>& b) {
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(std::abs(a[i] - b[i]) < 1e-5F)) return false;
    return a.size() == b.size();
}

int main() {
    const Net net(Seed{1});
    const bool all =
        near(predictions(fold_batch_norm(net), Averaged::mixture), predictions(net, Averaged::mixture));
    const bool one = near(predictions(fold_batch_norm(best_copy(net)), Averaged::standard),
                          predictions(net, Averaged::best_copy));
    std::vector<float> outputs(2 * 5);
    const std::vector<float> images = two_images();
    predict(net, std::span<const float>(images), std::span<float>(outputs));
    const bool spans = near(outputs, predictions(net, Averaged::standard));
    return all && one && spans ? 0 : 1;
}
