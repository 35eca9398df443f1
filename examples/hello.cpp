// The program of README.md: trains on Fashion-MNIST without a learning rate.
// [hello]
#include <alrao/alrao.hpp>
#include <alrao/data/fashion_mnist.hpp>
#include <alrao/io/safetensors.hpp>
#include <iostream>
using namespace alrao;

struct Net : Model<Input<28, 28, 1>, Normalize, Flatten,  // height, width, channels
                   Dense<512>, ReLU, Dense<512>, ReLU,
                   AveragedHead<SoftmaxClassifier<10>, 5>> {  // five copies of the last layer
    using Model::Model;
};
static_assert(Net::parameter_count < 1'000'000);  // the size of the network is a compile-time constant

int main() {
    const auto fashion = data::fashion_mnist();  // or data::fashion_mnist("folder")
    const auto parts = split(fashion.train, 0.9, Seed{1});
    Net net{Seed{1}};
    AlraoOptimizer<Net> optimizer{net, Seed{2}};  // no learning rate: it is measured, and spread at random
    fit(net, optimizer, parts.train,
        {.epochs = 5, .batch_size = 32, .validation = &parts.validation, .seed = Seed{3}, .threads = 2},
        ProgressBar{}, PosteriorBars{});
    std::cout << evaluate(net, fashion.test) << '\n';  // once, at the end
    save(net, "fashion.safetensors");
}
// [/hello]
