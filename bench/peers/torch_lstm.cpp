// Measures plain SGD steps of a language model in libtorch: an embedding and two LSTM layers of WIDTH
// features each, and a linear layer for a vocabulary of 50. A step trains on 70 random tokens of each of 20
// streams; the LSTM state is carried over to the next step. Prints one line for bench/beside.py: the median
// milliseconds of a step, measured for the given seconds, and the additional memory.
//
// usage: torch_lstm WIDTH THREADS SECONDS

#include "../timing.hpp"
#include "torch_report.hpp"

#include <torch/torch.h>

#include <cstdlib>
#include <iostream>
#include <tuple>
#include <vector>

namespace {

namespace nn = torch::nn;

constexpr long vocabulary = 50, streams = 20, chunk = 70;

struct LanguageImpl : nn::Module {
    nn::Embedding embedding;
    nn::LSTM lstm;
    nn::Linear head;

    explicit LanguageImpl(long width)
        : embedding(vocabulary, width),
          lstm(nn::LSTMOptions(width, width).num_layers(2)),
          head(width, vocabulary) {
        register_module("embedding", embedding);
        register_module("lstm", lstm);
        register_module("head", head);
    }
};
TORCH_MODULE(Language);

}  // namespace

int main(int count, char** arguments) {
    if (count != 4) {
        std::cerr << "usage: torch_lstm WIDTH THREADS SECONDS\n";
        return 2;
    }
    const long width = std::atol(arguments[1]);
    torch::set_num_threads(std::atoi(arguments[2]));
    const double seconds = std::atof(arguments[3]);
    torch::manual_seed(1);

    const double before = bench::resident_megabytes();
    Language net(width);
    const auto x = torch::randint(0, vocabulary, {chunk, streams}, torch::kLong);
    const auto y = torch::randint(0, vocabulary, {chunk * streams}, torch::kLong);
    torch::optim::SGD optimizer(net->parameters(), torch::optim::SGDOptions(0.01));
    std::tuple<torch::Tensor, torch::Tensor> state{torch::zeros({2, streams, width}),
                                                   torch::zeros({2, streams, width})};
    const auto step = [&] {
        optimizer.zero_grad();
        auto [output, next] = net->lstm->forward(net->embedding->forward(x), state);
        const auto scores = net->head->forward(output.reshape({chunk * streams, width}));
        const auto loss = nn::functional::cross_entropy(scores, y);
        loss.backward();
        optimizer.step();
        state = {std::get<0>(next).detach(), std::get<1>(next).detach()};
        return loss;
    };
    const double first_loss = step().item<double>();
    bench::report(bench::median_milliseconds(seconds, step, 2), before, *net, first_loss);
}
