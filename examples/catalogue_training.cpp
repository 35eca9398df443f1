// Training options, data and callbacks: the second half of the code of docs/catalogue.md.
#include <alrao/alrao.hpp>
#include <alrao/data/augmentation.hpp>

#include <cstdint>
#include <iostream>
#include <vector>
using namespace alrao;

struct Features : Model<double, Input<7>, Dense<32>, Tanh, AveragedHead<GaussianRegressor<2>, 5>> {
    using Model::Model;
};

void training() {
    Philox random{Seed{1}, 0};
    std::vector<double> x(7 * 200), y(2 * 200);
    for (double& number : x) number = random.normal();
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = x[7 * (i / 2)] + x[7 * (i / 2) + 1];

    // [fit]
    const Dataset<double> data(x, y, {7});  // a view of x and y: samples of seven inputs
    const auto parts = split(data, 0.8, Seed{1});
    Features net{Seed{1}};                        // initialisation as in PyTorch
    Features by_he{Seed{1}, HeInitialization{}};  // another initialisation
    AlraoOptimizer optimizer{net, LogUniform{1e-5, 10}, Seed{2}};
    const History history = fit(
        net, optimizer, parts.train,
        {.epochs = 3, .batch_size = 32, .validation = &parts.validation, .seed = Seed{3}, .threads = 1},
        EarlyStopping{.monitor = "val_loss", .patience = 5},  // restores the weights of the best epoch
        TimerStop{600},                                       // seconds
        ProgressBar{},                                        // a line on stderr
        PosteriorBars{},                                      // weights of the copies, on stderr
        CsvLogger{"history.csv"},                             // a line per epoch; LogFile::append, replace
        [](const EpochEnd& end) { return end.record.training.loss < 1e-3; },  // true ends the fit
        [](const StepEnd& end) { return end.total_steps > 100'000; });
    std::cout << evaluate(net, parts.validation) << '\n';
    std::cout << evaluate(net, parts.validation, {.averaged = Averaged::best_copy}) << '\n';  // or mixture
    // [/fit]
    (void)history;
}

void more_data() {
    Philox random{Seed{1}, 0};
    std::vector<float> x(8 * 8 * 120);
    std::vector<std::int32_t> y(120), text(400);
    for (float& number : x) number = static_cast<float>(random.uniform());
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<std::int32_t>(i % 3);
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<std::int32_t>(i % 7);

    // [data]
    struct Pictures : Model<Input<8, 8, 1>, Conv2d<4, Kernel<3>>, BatchNorm, ReLU, Flatten,
                            AveragedHead<SoftmaxClassifier<3>, 3>> {
        using Model::Model;
    };
    const Dataset data(x, y, {8, 8, 1});                        // extents of a sample; omit them for xtensors
    const auto [some, others] = split(data, 0.8, Seed{1});      // shuffled; a fraction of the samples
    const auto [first, last] = split_at(data, 100);             // in order; a number of samples
    const auto weighted = first.with_class_weights({1, 1, 3});  // the loss of class 2 counts three times
    const auto part = data.part({0, 5, 7});                     // these samples

    Pictures net{Seed{1}};
    AlraoOptimizer optimizer{net, LogUniform{1e-5, 10}, Seed{2}};
    const Augmented moved(weighted,
                          data::CropAndFlip{.padding = 1});  // random changes of images; or your function
    fit(net, optimizer, moved,
        {.batch_size = 20, .validation = last, .shuffle = true});  // a new order in each epoch
    const auto for_prediction =
        best_copy(fold_batch_norm(net));  // no BatchNorm, one copy: smaller and faster
    std::cout << predict(for_prediction, last).shape()[0] << " predictions\n";

    const Streams streams(text, {.streams = 4, .chunk = 20});  // one text as four parallel streams
    // [/data]
    std::cout << some.size() << ' ' << others.size() << ' ' << part.size() << ' ' << streams.chunks() << '\n';
}

void preparing() {
    // [preparing]
    struct Notice {  // called before long work ahead of the first step
        void preparing(const Preparing& event) { std::clog << event.what << '\n'; }
        void epoch_end(const EpochEnd& end) { std::clog << end.record.number << '\n'; }
    };
    // [/preparing]
    static_assert(Callback<Notice>);
}

int main() {
    training();
    more_data();
    preparing();
}
