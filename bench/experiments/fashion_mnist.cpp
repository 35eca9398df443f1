// Trains a network on Fashion-MNIST, with Alrao or with one learning rate, over several seeds: the program of
// docs/experiments/fashion_mnist.md.
//
//   fashion_mnist                                   Alrao with ten copies, 5 epochs
//   fashion_mnist --network cnn --epochs 2          a small convolutional network
//   fashion_mnist --compare                         Alrao beside Adam and SGD, one table
//   fashion_mnist --experiment                      ten seeds, two schedules, two intervals of rates
//   fashion_mnist --optimizer sgd --rate 0.1 --schedule cosine --epochs 20 --save net.safetensors

#include "fashion_mnist_nets.hpp"

#include <alrao/data/fashion_mnist.hpp>

#include <exception>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace experiments;

struct NamedNetwork {
    const char *name, *layers;
    Result (*run)(const Settings&, const Images&, std::uint64_t seed);
};
constexpr NamedNetwork networks[] = {
    {"mlp", "784-512-512-10", run_mlp},
    {"mlp-bn", "784-512-512-10", run_mlp_bn},
    {"cnn", "32-64 convolutions, 128-10", run_cnn},
};

const NamedNetwork& network_of(const Settings& settings) {
    const NamedNetwork* network = networks;
    while (settings.network != network->name) ++network;
    return *network;
}

void experiment(Settings settings, const Images& images, const RunOne& run) {
    ResultFile finished(settings.csv);
    settings.optimizer = "alrao";
    settings.several = true;
    std::vector<std::pair<std::string, std::vector<Result>>> cells;
    for (const double largest : {10.0, 1.0})
        for (const char* law : {"constant", "linear"}) {
            settings.interval = {1e-5, largest};
            settings.schedule = law;
            const std::string title = settings.name() + ", " + law;
            std::printf("%s\n", title.c_str());
            cells.emplace_back(title, run_seeds(settings, images, finished, run));
            print_results(cells.back().second);
            std::printf("\n");
        }
    for (const auto& [title, results] : cells) print_summary(title, results);
}

}  // namespace

int main(int argc, char** argv) {
    Settings settings;
    settings.network = "mlp";
    bool experiments = false;
    CLI::App app{"Trains a network on Fashion-MNIST with Alrao or with one learning rate."};
    app.add_option("--network", settings.network)
        ->check(CLI::IsMember({"mlp", "mlp-bn", "cnn"}))
        ->capture_default_str();
    app.add_option("--copies", settings.copies, "copies of the last layer for Alrao (cnn: only 10)")
        ->check(CLI::IsMember({1, 6, 10}))
        ->capture_default_str();
    app.add_option("--data", settings.data,
                   "folder of the four files; default: $ALRAO_DATA, then that of Debian's package");
    app.add_flag("--experiment", experiments,
                 "Alrao with rates in [1e-5, 10] and [1e-5, 1], constant and annealed; seeds 1 to 10");
    add_options(app, settings);
    parse(app, argc, argv);
    if (experiments && app.count("--seeds") == 0) settings.seeds = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    try {
        const data::FashionMnist fashion = data::fashion_mnist(settings.data);
        const Images images{.train = Dataset(fashion.train),
                            .test = Dataset(fashion.test),
                            .mean = {0.2860},
                            .deviation = {0.3530}};
        const NamedNetwork& network = network_of(settings);
        print_build(settings, std::string(network.name) + " " + network.layers);
        if (settings.compare) compare(settings, images, network.run);
        else if (experiments) experiment(settings, images, network.run);
        else train(settings, images, network.run);
    } catch (const std::exception& error) {
        std::cerr << "fashion_mnist: " << error.what() << '\n';
        return 1;
    }
}
