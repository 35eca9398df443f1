// Trains a network of the zoo on CIFAR-10 as the Alrao paper does (arXiv 1810.01322, section 4): 40,000
// images to learn from, cropped and mirrored at random, 10,000 to validate; with Alrao, or with one
// learning rate, or both, one beside the other.
//
//   cifar10                                            Alrao, the small VGG, 5 epochs
//   cifar10 --network googlenet --epochs 80 --patience 20 --csv runs.csv
//   cifar10 --compare --grid 1e-3 1e-2 1e-1 1 --seeds 1 2 3 --csv runs.csv
//
// Stopped with --csv and run again, it goes on with the runs that are not in the file. The data: see data/cifar.hpp.

#include "cifar10_nets.hpp"

#include <alrao/data/augmentation.hpp>
#include <alrao/data/cifar.hpp>

#include <exception>
#include <iostream>
#include <set>
#include <string>

namespace {

using namespace examples;

ZooNetwork network_of(const Settings& settings) {
    for (const ZooNetwork& network : zoo_networks())
        if (settings.network == network.name && settings.width == network.width) return network;
    fail({"this program was compiled without width ", settings.width, ": configure it with -Dwidths=1,2,3"});
}

}  // namespace

int main(int argc, char** argv) {
    Settings settings;
    settings.network = "small_vgg";
    settings.grid = {1e-3, 1e-2, 1e-1, 1};
    bool plain = false;
    std::set<std::string> names;
    for (const ZooNetwork& network : zoo_networks()) names.insert(network.name);
    CLI::App app{"Trains a network on CIFAR-10, without a learning rate or with one."};
    app.add_option("--network", settings.network)->check(CLI::IsMember(names))->capture_default_str();
    app.add_option("--width", settings.width, "times the channels of every layer")
        ->check(CLI::IsMember({1, 2, 3}))
        ->capture_default_str();
    app.add_option("--patience", settings.patience,
                   "stop after so many epochs without a better validation loss; take the best");
    app.add_flag("--plain", plain, "learn from the images as they are");
    app.add_option("--data", settings.data, "folder of the six files; else $ALRAO_DATA");
    add_options(app, settings);
    parse(app, argc, argv);
    try {
        const ZooNetwork network = network_of(settings);
        const data::Cifar cifar = data::cifar10(settings.data);
        for (const std::string& note : cifar.notes)
            if (!settings.quiet) std::cerr << "note: " << note << '\n';
        const auto parts = data::paper_split(cifar);
        Pictures pictures{.train = parts.train,
                          .test = Dataset(cifar.test),
                          .validation = parts.validation,
                          .mean = {data::cifar10_mean.begin(), data::cifar10_mean.end()},
                          .deviation = {data::cifar10_deviation.begin(), data::cifar10_deviation.end()}};
        if (!plain) pictures.augmentation = data::CropAndFlip{};
        else settings.network += "-plain";
        print_build(settings, settings.network + " x" + std::to_string(settings.width) + ", " +
                                  std::to_string(network.parameters) + " parameters");
        if (settings.compare) compare(settings, pictures, network.run);
        else train(settings, pictures, network.run);
    } catch (const std::exception& error) {
        std::cerr << "cifar10: " << error.what() << '\n';
        return 1;
    }
}
