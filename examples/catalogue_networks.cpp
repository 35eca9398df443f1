// All layers, heads, compositions, rules and schedules: the first half of the code of docs/catalogue.md.
#include <alrao/alrao.hpp>

#include <iostream>
using namespace alrao;

// [images]
struct Images : Model<Input<32, 32, 3>,  // height, width, channels
                      Normalize,         // (x - mean) / deviation of the training data, per channel
                      Conv2d<16, Kernel<3>, Padding<1>, NoBias>,  // filters, then options in any order
                      BatchNorm,                                  // over batch and pixels, per channel
                      ReLU, Conv2d<32, Kernel<3, 1>, Stride<2>, Dilation<1>, Groups<4>>, ReLU6,
                      MaxPool2d<2>,      // windows of 2 x 2; also Stride<2>, Padding<1>
                      SqueezeExcite<8>,  // scales each channel by a gate; 8 hidden units
                      AveragePool2d<2>, Dropout<Percent<20>>,
                      Flatten,  // converts an image to one list of features
                      Dense<64>, GELU,
                      AveragedHead<SoftmaxClassifier<10>, 10>> {  // ten copies of the last layer, for Alrao
    using Model::Model;
};
// [/images]

// [features]
struct Features
    : Model<double, Input<7>,  // scalar type double; default: float
            Dense<32>, Tanh, Dense<32, NoBias>, LayerNorm, SiLU, Dense<32>, Sigmoid, Dense<32>,
            LeakyReLU<Percent<1>>, AveragedHead<GaussianRegressor<2>, 5>> {  // two targets, five copies
    using Model::Model;
};
// [/features]

// [sequences]
struct Words
    : Model<Tokens,                                                  // indices of words, [steps, batch]
            Embedding<10'000, 64>,                                   // words, width
            LSTM<128>, Dropout<>,                                    // dropout rate 1/2
            GRU<128>, AveragedHead<SoftmaxClassifier<10'000>, 4>> {  // predicts the next word after each step
    using Model::Model;
};
struct Signals : Model<Sequence<3>,  // vectors of three numbers, [steps, batch, 3]
                       GRU<32>, LastStep, SoftmaxClassifier<2>> {  // one output per sequence
    using Model::Model;
};
// [/sequences]

// [composition]
using ConvNormReLU = Branch<Conv2d<16, Kernel<3>, Padding<1>>, BatchNorm, ReLU>;  // layers under one name
struct Composed
    : Model<Input<16, 16, 3>, Repeat<2, ConvNormReLU>,  // twice, each with its own parameters
            Residual<ConvNormReLU, ConvNormReLU>,       // layers(x) + x
            Residual<Conv2d<32, Kernel<1>>, Shortcut<Conv2d<32, Kernel<1>>>>,  // layers(x) + shortcut(x)
            Concat<Conv2d<8, Kernel<1>>, Branch<Conv2d<8, Kernel<1>>, ReLU>,
                   Branch<>>,  // concatenates channels
            GlobalAveragePool2d,
            SoftmaxClassifier<10>> {  // one copy, for the baselines
    using Model::Model;
};
// [/composition]

void optimizers() {
    // [measured]
    Features net{Seed{1}};
    AlraoOptimizer measured{net, Seed{2}};  // no interval: rates around measured centres
    AlraoOptimizer for_long{net, LongMeasuredRates{}, Seed{2}};
    AlraoOptimizer for_any_length{net, OpenMeasuredRates{}, Seed{2}};
    AlraoOptimizer<Features, rule::NAdamW> no_decay{net, Seed{2}, rule::NAdamW{.decay = 0}};
    // [/measured]

    // [alrao]
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
    OneRateOptimizer nadamw{net, NAdamW{.rate = 1e-3}};
    OneRateOptimizer prodigy{net, Prodigy{}, {.schedule = schedule::Cosine{}}};
    OneRateOptimizer ldog{net, LDog{}};
    OneRateOptimizer free_sgd{net, ScheduleFreeSgd{}};
    OneRateOptimizer free_adamw{net, ScheduleFreeAdamW{.warm_up = 100}};
    // [/one rate]

    // [options]
    AlraoOptimizer optimizer{
        net,
        LogUniform{1e-5, 10},
        Seed{2},
        {.schedule = schedule::Linear{},        // or another schedule, see below
         .weight_average = average::Window{},   // or Polynomial{}, Exponential{}: of the parameters
         .clip_norm = 1,                        // largest norm of the gradient of the trunk
         .clip_feature_norm = 1,                // largest norm of the gradient of each feature
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
    optimizer.set_schedule(schedule::WarmUpHoldDecay{.warm_up = 0.02, .decay = 0.7});
    // [/schedules]
}

int main() {
    optimizers();
    std::cout << Images::parameter_count << ' ' << Words::parameter_count << ' ' << Signals::parameter_count
              << ' ' << Composed::parameter_count << '\n';
}
