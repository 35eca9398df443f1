// Every layer, head, rule, schedule and callback once: the code of docs/catalogue.md.
#include <alrao/alrao.hpp>
#include <alrao/data/augmentation.hpp>

#include <cstdint>
#include <cstdio>
#include <iostream>
#include <vector>
using namespace alrao;

// [images]
struct Images
    : Model<Input<32, 32, 3>,  // height, width, channels
            Normalize,         // (x - mean) / deviation of the training data, per channel
            Conv2d<16, Kernel<3>, Padding<1>, NoBias>,  // filters, then options in any order
            BatchNorm,                                  // over batch and pixels, per channel
            ReLU, Conv2d<32, Kernel<3, 1>, Stride<2>, Dilation<1>, Groups<4>>, ReLU6,
            MaxPool2d<2>,      // windows of 2 x 2; also Stride<2>, Padding<1>
            SqueezeExcite<8>,  // scales channels by gates, 8 units between
            AveragePool2d<2>, Dropout<Percent<20>>,
            Flatten,  // an image as one list of features
            Dense<64>, GELU,
            AveragedHead<SoftmaxClassifier<10>, 10>> {  // ten copies of the last layer: what Alrao trains
    using Model::Model;
};
// [/images]

// [features]
struct Features
    : Model<double, Input<7>,  // a Model of double; float without a type in front
            Dense<32>, Tanh, Dense<32, NoBias>, LayerNorm, SiLU, Dense<32>, Sigmoid, Dense<32>,
            LeakyReLU<Percent<1>>, AveragedHead<GaussianRegressor<2>, 5>> {  // two targets, five copies
    using Model::Model;
};
// [/features]

// [sequences]
struct Words
    : Model<Tokens,                                                  // indices of words, [steps, batch]
            Embedding<10'000, 64>,                                   // words, width
            LSTM<128>, Dropout<>,                                    // Dropout of a half
            GRU<128>, AveragedHead<SoftmaxClassifier<10'000>, 4>> {  // the next word, after each step
    using Model::Model;
};
struct Signals : Model<Sequence<3>,  // vectors of three numbers, [steps, batch, 3]
                       GRU<32>, LastStep, SoftmaxClassifier<2>> {  // one answer per sequence
    using Model::Model;
};
// [/sequences]

// [composition]
using ConvNormReLU = Branch<Conv2d<16, Kernel<3>, Padding<1>>, BatchNorm, ReLU>;  // layers under one name
struct Composed
    : Model<Input<16, 16, 3>, Repeat<2, ConvNormReLU>,  // twice, parameters of its own each
            Residual<ConvNormReLU, ConvNormReLU>,       // layers(x) + x
            Residual<Conv2d<32, Kernel<1>>, Shortcut<Conv2d<32, Kernel<1>>>>,  // layers(x) + shortcut(x)
            Concat<Conv2d<8, Kernel<1>>, Branch<Conv2d<8, Kernel<1>>, ReLU>,
                   Branch<>>,  // channels side by side
            GlobalAveragePool2d,
            SoftmaxClassifier<10>> {  // one copy: for the baselines
    using Model::Model;
};
// [/composition]

void optimizers() {
    // [alrao]
    Features net{Seed{1}};
    AlraoOptimizer by_sgd{net, LogUniform{1e-5, 10}, Seed{2}};
    AlraoOptimizer<Features, rule::Adam> by_adam{net, LogUniform{1e-5, 1e-1}, Seed{2}};
    AlraoOptimizer<Features, rule::AdamW> by_adamw{net, LogUniform{1e-5, 1e-1}, Seed{2}};
    AlraoOptimizer<Features, rule::Sgd> by_momentum{net, LogUniform{1e-5, 1}, Seed{2},
                                                    rule::Sgd{.momentum = 0.9, .nesterov = true}};
    AlraoOptimizer<Features, rule::AuthorsMomentum> by_authors{net, LogUniform{1e-5, 10}, Seed{2}};
    // [/alrao]

    // [one rate]
    OneRateOptimizer sgd{net, Sgd{.rate = 0.1, .momentum = 0.9}};
    OneRateOptimizer adam{net, Adam{.rate = 1e-3}};
    OneRateOptimizer adamw{net, AdamW{.rate = 1e-3, .weight_decay = 1e-2}};
    // [/one rate]

    // [options]
    AlraoOptimizer optimizer{
        net,
        LogUniform{1e-5, 10},
        Seed{2},
        {.schedule = schedule::Linear{},        // or another law of those below
         .clip_norm = 1,                        // of the trunk's gradient, before the rates
         .clip_feature_norm = 1,                // of each feature's gradient
         .averaging = Switch{.theta = 0.9999},  // or BayesMixture{}, FixedShare{}, Uniform{}
         .likelihood = Likelihood::mean,        // or Likelihood::sum, Likelihood::tempered(0.1)
         .retirement = Retirement{.below = 1e-3, .steps = 1000},
         .guard = Guard{.policy = OnDivergence::quarantine},  // or throw_, ignore
         .rate_groups = RateGroups::per_feature}};            // or official, per_weight
    // [/options]

    // [schedules]
    optimizer.set_schedule(schedule::Constant{});
    optimizer.set_schedule(schedule::Linear{});  // to 0 at the end of the fit
    optimizer.set_schedule(schedule::Cosine{.steps = 5000, .final = 0.01});
    optimizer.set_schedule(schedule::Step{.every = 1000, .factor = 0.5});
    optimizer.set_schedule(schedule::InverseSqrt{.scale = 1000});
    optimizer.set_schedule(schedule::WarmUp{.steps = 100, .then = schedule::Linear{}});
    // [/schedules]
}

void training() {
    Philox random{Seed{1}, 0};
    std::vector<double> x(7 * 200), y(2 * 200);
    for (double& number : x) number = random.normal();
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = x[7 * (i / 2)] + x[7 * (i / 2) + 1];

    // [fit]
    const Dataset<double> data(x, y, {7});  // a view of x and y: samples of seven inputs
    const auto parts = split(data, 0.8, Seed{1});
    Features net{Seed{1}};                        // starts as PyTorch does
    Features by_he{Seed{1}, HeInitialization{}};  // another start
    AlraoOptimizer optimizer{net, LogUniform{1e-5, 10}, Seed{2}};
    const History history = fit(
        net, optimizer, parts.train,
        {.epochs = 3, .batch_size = 32, .validation = &parts.validation, .seed = Seed{3}, .threads = 1},
        EarlyStopping{.monitor = "val_loss", .patience = 5},  // puts the best epoch's weights back
        TimerStop{600},                                       // seconds
        ProgressBar{},                                        // a line on stderr
        PosteriorBars{},                                      // the copies' weights, on stderr
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
    const Dataset data(x, y, {8, 8, 1});                    // extents of a sample; of xtensors they are known
    const auto [some, others] = split(data, 0.8, Seed{1});  // shuffled; a share of the samples
    const auto [first, last] = split_at(data, 100);         // in order; a number of samples
    const auto weighted = first.with_class_weights({1, 1, 3});  // the loss of class 2 counts three times
    const auto part = data.part({0, 5, 7});                     // these samples

    Pictures net{Seed{1}};
    AlraoOptimizer optimizer{net, LogUniform{1e-5, 10}, Seed{2}};
    fit(net, optimizer, weighted,
        {.batch_size = 20,
         .validation = last,
         .shuffle = true,                                    // a new order each epoch; false: as they lie
         .augmentation = data::CropAndFlip{.padding = 1}});  // of images; or a function of your own
    const auto for_prediction =
        best_copy(fold_batch_norm(net));  // no BatchNorm, one copy: smaller and faster
    std::cout << predict(for_prediction, last).shape()[0] << " predictions\n";

    const Streams streams(text, {.streams = 4, .chunk = 20});  // one text, read at four places at once
    // [/data]
    std::cout << some.size() << ' ' << others.size() << ' ' << part.size() << ' ' << streams.chunks() << '\n';
}

void preparing() {
    // [preparing]
    struct Notice {  // told of what takes long before the first step
        void preparing(const Preparing& event) { std::clog << event.what << '\n'; }
        void epoch_end(const EpochEnd& end) { std::clog << end.record.number << '\n'; }
    };
    // [/preparing]
    static_assert(Callback<Notice>);
}

int main() {
    optimizers();
    training();
    more_data();
    preparing();
    std::cout << Images::parameter_count << ' ' << Words::parameter_count << ' ' << Signals::parameter_count
              << ' ' << Composed::parameter_count << '\n';
}
