// Trains a network of alrao/zoo on CIFAR-10 as the Alrao paper does (arXiv 1810.01322, section 4): 40,000 training
// images, cropped and mirrored at random, and 10,000 validation images; with Alrao, with one learning rate, or both
// for comparison. The program of docs/experiments/cifar10.md.
//
//   cifar10                                            Alrao, a small VGG, 5 epochs
//   cifar10 --network googlenet --epochs 80 --patience 20 --csv runs.csv
//   cifar10 --compare --grid 1e-3 1e-2 1e-1 1 --seeds 1 2 3 --csv runs.csv
//
// With --csv, a program that was stopped and is started again makes only the runs that are not in the file.
// alrao/data/cifar.hpp describes in which folders the program looks for the data.

#include "cifar10_nets.hpp"

#include <alrao/data/augmentation.hpp>
#include <alrao/data/cifar.hpp>

#include <exception>
#include <iostream>
#include <set>
#include <string>

namespace {

using namespace experiments;

ZooNetwork network_of(const Settings& settings) {
    for (const ZooNetwork& network : zoo_networks())
        if (settings.network == network.name && settings.width == network.width) return network;
    fail({"no network of width ", settings.width,
          " was compiled into this program: configure with -Dwidths=1,2,3"});
}

}  // namespace

int main(int argc, char** argv) {
    Settings settings;
    settings.network = "small_vgg";
    settings.grid = {1e-3, 1e-2, 1e-1, 1};
    bool plain = false;
    std::set<std::string> names;
    for (const ZooNetwork& network : zoo_networks()) names.insert(network.name);
    CLI::App app{"Trains a network on CIFAR-10 with Alrao or with one learning rate."};
    app.add_option("--network", settings.network)->check(CLI::IsMember(names))->capture_default_str();
    app.add_option("--width", settings.width, "factor for the number of channels of each layer")
        ->check(CLI::IsMember({1, 2, 3}))
        ->capture_default_str();
    app.add_option("--patience", settings.patience,
                   "stop after this many epochs without a better validation loss; keep the best epoch");
    app.add_flag("--plain", plain, "do not augment the training images");
    app.add_option("--data", settings.data, "folder of the six files; default: $ALRAO_DATA");
    add_options(app, settings);
    parse(app, argc, argv);
    try {
        const ZooNetwork network = network_of(settings);
        const data::Cifar cifar = data::cifar10(settings.data);
        for (const std::string& note : cifar.notes)
            if (!settings.quiet) std::cerr << "note: " << note << '\n';
        const auto parts = data::paper_split(cifar);
        Images images{.train = parts.train,
                      .test = Dataset(cifar.test),
                      .validation = parts.validation,
                      .mean = {data::cifar10_mean.begin(), data::cifar10_mean.end()},
                      .deviation = {data::cifar10_deviation.begin(), data::cifar10_deviation.end()}};
        if (!plain) images.augmented.emplace(images.train, data::CropAndFlip{});
        else settings.network += "-plain";
        print_build(settings, settings.network + " x" + std::to_string(settings.width) + ", " +
                                  std::to_string(network.parameters) + " parameters");
        if (settings.compare) compare(settings, images, network.run);
        else train(settings, images, network.run);
    } catch (const std::exception& error) {
        std::cerr << "cifar10: " << error.what() << '\n';
        return 1;
    }
}
