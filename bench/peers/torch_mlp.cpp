// The MLP 784-512-512-10 in libtorch: plain SGD steps or predictions on random data. Prints the median
// milliseconds of a step over the given seconds, for bench/beside.py.
//
// usage: torch_mlp (train|predict) BATCH THREADS SECONDS

#include <torch/torch.h>
#include <torch/version.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

namespace {

template <class F>
double median_milliseconds(double seconds, F step) {
    using Clock = std::chrono::steady_clock;
    std::vector<double> times;
    const auto start = Clock::now();
    for (int warm = 0; warm < 5; ++warm) step();
    while (std::chrono::duration<double>(Clock::now() - start).count() < seconds) {
        const auto before = Clock::now();
        step();
        times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - before).count());
    }
    std::nth_element(times.begin(), times.begin() + static_cast<long>(times.size() / 2), times.end());
    return times[times.size() / 2];
}

}  // namespace

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
        milliseconds = median_milliseconds(seconds, [&] {
            optimizer.zero_grad();
            torch::nn::functional::cross_entropy(net->forward(x), y).backward();
            optimizer.step();
        });
    } else {
        torch::NoGradGuard no_gradients;
        net->eval();
        milliseconds = median_milliseconds(
            seconds, [&] { return torch::softmax(net->forward(x), 1).sum().item<float>(); });
    }
    std::cout << "ms=" << milliseconds << " peer=libtorch-" << TORCH_VERSION
              << '\n';
}
