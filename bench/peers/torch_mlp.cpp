// Measures the MLP 784-512-512-10 in libtorch: plain SGD steps or predictions with random inputs. Prints one
// line for bench/beside.py: the median milliseconds of a step or prediction, measured for the given seconds,
// and the additional memory.
//
// usage: torch_mlp (train|predict) BATCH THREADS SECONDS

#include "../timing.hpp"
#include "torch_report.hpp"

#include <torch/torch.h>

#include <cstdlib>
#include <iostream>
#include <string>

int main(int count, char** arguments) {
    if (count != 5) {
        std::cerr << "usage: torch_mlp (train|predict) BATCH THREADS SECONDS\n";
        return 2;
    }
    const std::string mode = arguments[1];
    const long batch = std::atol(arguments[2]);
    torch::set_num_threads(std::atoi(arguments[3]));
    const double seconds = std::atof(arguments[4]);
    torch::manual_seed(1);

    const double before = bench::resident_megabytes();
    torch::nn::Sequential net(torch::nn::Linear(784, 512), torch::nn::ReLU(), torch::nn::Linear(512, 512),
                              torch::nn::ReLU(), torch::nn::Linear(512, 10));
    const auto x = torch::randn({batch, 784});
    const auto y = torch::randint(0, 10, {batch}, torch::kLong);
    double milliseconds = 0, first_loss = 0;
    if (mode == "train") {
        torch::optim::SGD optimizer(net->parameters(), torch::optim::SGDOptions(0.01));
        const auto step = [&] {
            optimizer.zero_grad();
            const auto loss = torch::nn::functional::cross_entropy(net->forward(x), y);
            loss.backward();
            optimizer.step();
            return loss;
        };
        first_loss = step().item<double>();
        milliseconds = bench::median_milliseconds(seconds, step);
    } else {
        const torch::InferenceMode no_gradients;
        net->eval();
        milliseconds = bench::median_milliseconds(
            seconds, [&] { return torch::softmax(net->forward(x), 1).sum().item<float>(); });
    }
    bench::report(milliseconds, before, *net, first_loss);
}
