// The MLP 784-512-512-10 in libtorch: plain SGD steps or predictions on random data. Prints the median
// milliseconds of a step over the given seconds, for bench/beside.py.
//
// usage: torch_mlp (train|predict) BATCH THREADS SECONDS

#include "../timing.hpp"

#include <torch/torch.h>
#include <torch/version.h>

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

    torch::nn::Sequential net(torch::nn::Linear(784, 512), torch::nn::ReLU(),
                              torch::nn::Linear(512, 512), torch::nn::ReLU(),
                              torch::nn::Linear(512, 10));
    const auto x = torch::randn({batch, 784});
    const auto y = torch::randint(0, 10, {batch}, torch::kLong);
    double milliseconds = 0;
    if (mode == "train") {
        torch::optim::SGD optimizer(net->parameters(), torch::optim::SGDOptions(0.01));
        milliseconds = bench::median_milliseconds(seconds, [&] {
            optimizer.zero_grad();
            torch::nn::functional::cross_entropy(net->forward(x), y).backward();
            optimizer.step();
        });
    } else {
        torch::NoGradGuard no_gradients;
        net->eval();
        milliseconds = bench::median_milliseconds(
            seconds, [&] { return torch::softmax(net->forward(x), 1).sum().item<float>(); });
    }
    std::cout << "ms=" << milliseconds << " peer=libtorch-" << TORCH_VERSION
              << '\n';
}
