// Learns sin(pi x) on [-1, 1] from the features x, x^2, ..., x^10 with one hidden layer of 100 ReLU units: 1,000 samples,
// batches of 32. Prints one table of SGD at several rates, Adam, and Alrao with several intervals of rates.
//
// The loss is at least ln(2 pi) / 2 = 0.918939, that of a Gaussian with variance 1 at its mean. By default a regression
// predicts with the copy of the largest weight. The column "of mean" is the rmse of the weighted mean of all copies:
// one copy with large finite outputs can spoil it.

#include <alrao/alrao.hpp>

#include <CLI/CLI.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <numbers>
#include <string>
#include <vector>

namespace {

using namespace alrao;

using Regressor = GaussianRegressor<1>;

struct Plain : Model<Input<10>, Dense<100>, ReLU, Regressor> {
    using Model::Model;
};
struct Averaged10 : Model<Input<10>, Dense<100>, ReLU, AveragedHead<Regressor, 10>> {
    using Model::Model;
};

struct Samples {
    std::vector<float> inputs, targets;
    Dataset<float> view() const { return Dataset<float>(inputs, targets, Extents{10}); }
};

Samples draw(std::size_t count, Seed seed) {
    Samples samples;
    Philox random(seed, 0);
    for (std::size_t i = 0; i < count; ++i) {
        const double x = 2 * random.uniform() - 1;
        for (int power = 1; power <= 10; ++power)
            samples.inputs.push_back(static_cast<float>(std::pow(x, power)));
        samples.targets.push_back(static_cast<float>(std::sin(std::numbers::pi * x)));
    }
    return samples;
}

struct Settings {
    std::size_t epochs = 40, batch = 32;
    std::uint64_t seed = 1;
    int threads = 1;
    bool standardize = false;
};

/// Trains a new network with the optimizer that `make(net)` returns, and prints a row.
template <class Net, class Make>
void row(const std::string& name, const Settings& settings, const Samples& train, const Samples& test,
         Make make) {
    Net net{Seed{settings.seed}};
    if (!settings.standardize) standardize_targets_by(net, {0}, {1});
    std::printf("%-26s", name.c_str());
    try {
        auto optimizer = make(net);
        fit(net, optimizer, train.view(),
            {.epochs = settings.epochs,
             .batch_size = settings.batch,
             .seed = Seed{settings.seed},
             .threads = settings.threads});
        const Evaluation on_train = evaluate(net, train.view()), on_test = evaluate(net, test.view());
        const Evaluation of_mean = evaluate(net, test.view(), {.averaged = Averaged::posterior_mean});
        std::printf("%10.5f %10.5f %10.5f %10.4g\n", on_train.loss, on_test.loss, on_test.rmse, of_mean.rmse);
    } catch (const DivergenceError& error) {
        std::printf("diverged at step %llu\n", static_cast<unsigned long long>(error.divergence.step));
    }
    std::fflush(stdout);
}

void compare(const Settings& settings) {
    const Samples train = draw(1000, Seed{settings.seed}), test = draw(1000, Seed{settings.seed + 1});
    std::printf("%-26s%10s %10s %10s %10s\n", "optimizer", "train loss", "test loss", "test rmse", "of mean");
    for (const double rate : {1e-3, 1e-2, 1e-1, 0.3, 1.0, 10.0})
        row<Plain>("SGD " + number_text(rate), settings, train, test,
                   [&](Plain& net) { return OneRateOptimizer(net, Sgd{.rate = rate}); });
    row<Plain>("Adam 0.001", settings, train, test, [](Plain& net) { return OneRateOptimizer(net, Adam{}); });
    struct Interval {
        double min, max;
    };
    for (const Interval i : {Interval{1e-5, 1}, {1e-5, 10}, {1e-3, 10}, {1e-7, 100}, {1e-10, 1000}})
        row<Averaged10>("Alrao [" + number_text(i.min) + ", " + number_text(i.max) + "]", settings, train,
                        test, [&](Averaged10& net) {
                            return AlraoOptimizer(net, LogUniform{i.min, i.max}, Seed{settings.seed});
                        });
    row<Averaged10>("Alrao-Adam [1e-05, 1]", settings, train, test, [&](Averaged10& net) {
        return AlraoOptimizer<Averaged10, rule::Adam>(net, LogUniform{1e-5, 1}, Seed{settings.seed});
    });
}

}  // namespace

int main(int argc, char** argv) {
    Settings settings;
    CLI::App app{"Learns sin(pi x) with SGD, Adam and Alrao, and prints one table."};
    app.add_option("--epochs", settings.epochs)->capture_default_str();
    app.add_option("--batch", settings.batch)->capture_default_str();
    app.add_option("--seed", settings.seed)->capture_default_str();
    app.add_option("--threads", settings.threads)->capture_default_str();
    app.add_flag("--standardize", settings.standardize,
                 "scale the targets to mean 0 and variance 1, the library's default");
    CLI11_PARSE(app, argc, argv);
    try {
        compare(settings);
    } catch (const std::exception& error) {
        std::cerr << "regression: " << error.what() << '\n';
        return 1;
    }
}
