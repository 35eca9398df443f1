// Trains one network on Fashion-MNIST with Alrao, which needs no learning rate, with Adam at its usual rate, and with SGD
// at three rates, and prints one table. It writes a page with pictures of Alrao's training. ./quickstart.sh builds and runs
// this program.
#include <alrao/alrao.hpp>
#include <alrao/data/fashion_mnist.hpp>
#include <alrao/report.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <thread>
#include <vector>
using namespace alrao;

/// Two hidden layers of 512 units, and a last layer.
template <class Head>
struct Mlp : Model<Input<28, 28, 1>, Normalize, Flatten, Dense<512>, ReLU, Dense<512>, ReLU, Head> {
    using Mlp::Model::Model;
};
using OneHead = Mlp<SoftmaxClassifier<10>>;                     // for Adam and SGD
using FiveHeads = Mlp<AveragedHead<SoftmaxClassifier<10>, 5>>;  // for Alrao: five copies of the last layer

struct Settings {
    std::size_t epochs = 5, batch = 32;
    std::string data, report = "report.html";
    std::vector<double> rates{1e-3, 1e-1, 1};
    std::uint64_t seed = 1;
    int threads = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 2U));
};

std::string format(const char* pattern, auto... values) {
    char line[128];
    std::snprintf(line, sizeof line, pattern, values...);
    return line;
}

/// Trains a new network with the optimizer that `make_optimizer(net)` returns. Returns a row of the table.
template <class Net, class MakeOptimizer>
std::string train(const std::string& name, const Settings& settings, const data::FashionMnist& fashion,
                  MakeOptimizer make_optimizer) {
    std::cerr << name << '\n';
    Net net{Seed{settings.seed}};
    normalize_by(net, {0.2860}, {0.3530});  // mean and standard deviation of the training pixels
    auto optimizer = make_optimizer(net);
    const std::string left = format("%-24s", name.c_str());
    try {
        const auto train_with = [&](auto... callbacks) {
            return fit(net, optimizer, Dataset(fashion.train),
                       {.epochs = settings.epochs,
                        .batch_size = settings.batch,
                        .seed = Seed{settings.seed},
                        .threads = settings.threads},
                       ProgressBar{}, callbacks...);
        };
        History history;
        if constexpr (Net::copies > 1)
            history = train_with(PosteriorBars{}, Report{settings.report, optimizer});
        else history = train_with();
        const Evaluation test = evaluate(net, Dataset(fashion.test), {.threads = settings.threads});
        return left + format("%10.4f %10.4f %11.4f %9.1f\n", test.accuracy, test.loss,
                             history.epochs.back().training.loss, history.seconds);
    } catch (const DivergenceError& error) {
        std::cerr << error.what() << '\n';
        return left + "diverged at step " + std::to_string(error.divergence.step) + '\n';
    }
}

/// Trains with each optimizer. Returns the table.
std::string compare(const Settings& settings) {
    const data::FashionMnist fashion = data::fashion_mnist(settings.data);
    std::string table =
        format("%-24s%10s %10s %11s %9s\n", "optimizer", "test acc.", "test loss", "train loss", "seconds");
    table += train<FiveHeads>("Alrao", settings, fashion, [&](FiveHeads& net) {
        return AlraoOptimizer{net, Seed{settings.seed}};
    });
    const OptimizerOptions annealed{.schedule = schedule::Linear{}};
    table += train<OneHead>("Adam 0.001", settings, fashion, [&](OneHead& net) {
        return OneRateOptimizer{net, Adam{.rate = 1e-3}, annealed};
    });
    for (const double rate : settings.rates)
        table += train<OneHead>("SGD " + number_text(rate), settings, fashion, [&](OneHead& net) {
            return OneRateOptimizer{net, Sgd{.rate = rate}, annealed};
        });
    return table;
}

int main(int argc, char** argv) {
    Settings settings;
    CLI::App app{"Trains a network on Fashion-MNIST with Alrao, Adam and SGD, and prints one table."};
    app.add_option("--epochs", settings.epochs)->check(CLI::PositiveNumber)->capture_default_str();
    app.add_option("--batch", settings.batch)->check(CLI::PositiveNumber)->capture_default_str();
    app.add_option("--rates", settings.rates, "learning rates of SGD")->check(CLI::PositiveNumber);
    app.add_option("--seed", settings.seed)->capture_default_str();
    app.add_option("--threads", settings.threads)->check(CLI::PositiveNumber)->capture_default_str();
    app.add_option("--data", settings.data, "folder of the four files; default: $ALRAO_DATA, then Debian's");
    app.add_option("--report", settings.report, "the page about Alrao's training")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    const BuildInfo build = build_info();
    std::cout << "alrao " << build.version << ", " << build.compiler << ", " << build.instruction_set
              << ", products by " << build.backend << ", threads: " << settings.threads
              << "\nnetwork 784-512-512-10, batch " << settings.batch << ", " << settings.epochs
              << " epochs; rates of Adam and SGD decrease linearly to 0" << std::endl;
    try {
        std::cout << '\n' << compare(settings) << "report: " << settings.report << '\n';
    } catch (const std::exception& error) {
        std::cerr << "fashion_mnist: " << error.what() << '\n';
        return 1;
    }
}
