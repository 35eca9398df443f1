// Typical code of a user, compiled by warnings.py: a network of each kind, readers, files, callbacks.
#include <alrao/alrao.hpp>
#include <alrao/data/fashion_mnist.hpp>
#include <alrao/data/text.hpp>
#include <alrao/io/optimizer_state.hpp>
#include <alrao/io/safetensors.hpp>

#include <cstdint>
#include <iostream>
#include <vector>
using namespace alrao;

struct Line : Model<Input<8>, Normalize, Dense<32>, ReLU, AveragedHead<GaussianRegressor<1>, 5>> {
    using Model::Model;
};
struct Pictures : Model<Input<28, 28, 1>, Conv2d<8, Kernel<3>, Padding<1>>, BatchNorm, ReLU, MaxPool2d<2>,
                        Residual<Conv2d<8, Kernel<3>, Padding<1>>, BatchNorm>, GELU, Flatten,
                        Dropout<Percent<10>>, AveragedHead<SoftmaxClassifier<10>, 3>> {
    using Model::Model;
};
struct Letters : Model<Tokens, Embedding<40, 8>, LSTM<16>, GRU<16>, AveragedHead<SoftmaxClassifier<40>, 3>> {
    using Model::Model;
};

int main() {
#if NET == 1
    const std::vector<float> x(80), y(10);
    Line net{Seed{1}};
    AlraoOptimizer<Line> optimizer{net, LogUniform{1e-5, 10}, Seed{2}};
    fit(net, optimizer, Dataset<float>(x, y), {.epochs = 1}, EarlyStopping{.patience = 2});
    save(net, "user.safetensors");
#elif NET == 2
    const auto fashion = data::fashion_mnist("folder");
    const auto parts = split(fashion.train, 0.9, Seed{1});
    Pictures net{Seed{1}};
    OneRateOptimizer optimizer{net, Adam{.rate = 1e-3}};
    fit(net, optimizer, parts.train, {.epochs = 1, .validation = &parts.validation}, ProgressBar{},
        CsvLogger{"user.csv"});
    std::cout << evaluate(net, fashion.test) << '\n';
    save(net, optimizer, "user.safetensors");
#else
    const data::Texts texts = data::split_text("a text, and another", {.train = 0.8, .validation = 0.1});
    const Streams train(texts.train.tokens, {.streams = 2, .chunk = 4});
    Letters net{Seed{1}};
    AlraoOptimizer optimizer{net, LogUniform{1e-3, 100}, Seed{2}, {.clip_norm = 0.25}};
    fit(net, optimizer, train, {.epochs = 1}, PosteriorBars{});
    std::cout << evaluate(net, train).bits() << '\n';
#endif
}
