// Trains eight small models on one and two threads and prints a digest of each. Two versions of the library
// that compute the same results print the same lines. The digests depend on the compiler and its flags, so
// build both versions alike.
//
// usage: bench_digests

#include <alrao/alrao.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>
#include <vector>

using namespace alrao;

namespace {

/// The 64-bit FNV-1a hash of the bytes of numbers.
class Digest {
public:
    template <class T>
    void add(std::span<const T> numbers) {
        for (const T number : numbers) {
            unsigned char bytes[sizeof(T)];
            std::memcpy(bytes, &number, sizeof(T));
            for (const unsigned char byte : bytes) value_ = (value_ ^ byte) * 0x100000001b3u;
        }
    }
    template <class T>
    void add(const std::vector<T>& numbers) {
        add(std::span<const T>(numbers));
    }
    [[nodiscard]] std::uint64_t value() const { return value_; }

private:
    std::uint64_t value_ = 0xcbf29ce484222325u;
};

/// Samples with normal inputs. The label and the target of a sample are functions of the projection of its
/// input on a random direction.
template <class T>
struct Samples {
    std::vector<T> inputs, targets;
    std::vector<std::int32_t> labels;

    Samples(std::size_t count, std::size_t features, std::int32_t classes) {
        Philox random(Seed{11}, 0);
        std::vector<double> direction(features);
        for (double& d : direction) d = random.normal();
        for (std::size_t i = 0; i < count; ++i) {
            double along = 0;
            for (std::size_t k = 0; k < features; ++k) {
                const double x = random.normal();
                along += x * direction[k];
                inputs.push_back(static_cast<T>(x));
            }
            labels.push_back(((static_cast<std::int32_t>(along) % classes) + classes) % classes);
            targets.push_back(static_cast<T>(100 + 10 * along));
        }
    }
};

struct Mlp : Model<Input<20>, Dense<33>, BatchNorm, ReLU, Dropout<Percent<20>>, Dense<17>, Tanh,
                   AveragedHead<SoftmaxClassifier<5>, 6>> {
    using Model::Model;
};
struct Smooth
    : Model<Input<20>, Normalize, Dense<33>, LayerNorm, GELU, Dense<17>, SiLU, SoftmaxClassifier<5>> {
    using Model::Model;
};
struct Values : Model<double, Input<20>, Normalize, Dense<24>, Sigmoid, Dense<9>, LeakyReLU<Percent<10>>,
                      AveragedHead<GaussianRegressor<1>, 5>> {
    using Model::Model;
};
struct Plain : Model<Input<12, 12, 3>, Conv2d<16, Kernel<3>, Padding<1>>, ReLU, MaxPool2d<2>,
                     Conv2d<24, Kernel<3>, Padding<1>>, BatchNorm, ReLU, MaxPool2d<2>, Flatten, Dense<20>,
                     ReLU, AveragedHead<SoftmaxClassifier<5>, 4>> {
    using Model::Model;
};
struct Composed : Model<Input<12, 12, 3>, Conv2d<16, Kernel<5>, Stride<2>, Padding<2>>, BatchNorm, ReLU6,
                        Residual<Conv2d<16, Kernel<3>, Padding<1>>, BatchNorm, ReLU,
                                 Conv2d<16, Kernel<3>, Padding<1>>, BatchNorm>,
                        ReLU,
                        Concat<Branch<Conv2d<8, Kernel<1>>, ReLU>,
                               Branch<AveragePool2d<3, Stride<1>, Padding<1>>, Conv2d<8, Kernel<1>>, ReLU>>,
                        SqueezeExcite<4>, Conv2d<16, Kernel<3>, Padding<1>, Groups<16>>, BatchNorm, ReLU,
                        GlobalAveragePool2d, AveragedHead<SoftmaxClassifier<5>, 4>> {
    using Model::Model;
};
struct Text : Model<Tokens, Embedding<11, 12>, LSTM<20>, Dropout<Percent<10>>, GRU<14>,
                    AveragedHead<SoftmaxClassifier<11>, 4>> {
    using Model::Model;
};

/// Prints the digest of the parameters, the statistics, the weights of the copies and the loss of each epoch.
template <class Net>
void print(const char* what, int threads, const Net& net, const History& history) {
    Digest digest;
    digest.add(std::span<const typename Net::scalar>(net.parameter_buffer()));
    digest.add(std::span<const typename Net::scalar>(net.statistic_buffer()));
    digest.add(net.posterior().weights());
    for (const auto& epoch : history.epochs) digest.add(std::vector<double>{epoch.training.loss});
    std::printf("%-24s %d threads  %016llx  loss %.6f\n", what, threads,
                static_cast<unsigned long long>(digest.value()), history.epochs.back().training.loss);
}

/// Trains a network on one thread and on two. `make(net)` returns its optimizer.
template <class Backend, class Net, class Make, class Data, class Options>
void train(const char* what, Make make, const Data& data, Options options) {
    for (const int threads : {1, 2}) {
        Net net{Seed{1}};
        auto optimizer = make(net);
        options.threads = threads;
        print(what, threads, net, fit<Backend>(net, optimizer, data, options));
    }
}

template <class Backend>
void all() {
    const Samples<float> features(300, 20, 5), images(90, 12 * 12 * 3, 5);
    const Samples<double> numbers(300, 20, 5);
    const Dataset<float> rows(features.inputs, features.labels);
    const Dataset<float> pictures(images.inputs.data(), images.labels.data(), 90, Extents{12, 12, 3});
    const Dataset<double> values(numbers.inputs, numbers.targets);
    std::vector<std::int32_t> text;
    Philox random(Seed{12}, 0);
    for (std::size_t i = 0; i < 1201; ++i)
        text.push_back(static_cast<std::int32_t>(
            (i % 3 == 0 ? random.below(11) : static_cast<std::uint64_t>(text.back()) + 1) % 11));
    const Streams streams(text, {.streams = 6, .chunk = 20});
    const FitOptions<float> short_run{.epochs = 3, .batch_size = 32, .seed = Seed{3}};
    const FitOptions<double> value_run{.epochs = 3, .batch_size = 32, .seed = Seed{3}};
    const FitOptions<float> text_run{.epochs = 3, .seed = Seed{3}};
    const LogUniform interval{1e-4, 10};

    train<Backend, Mlp>(
        "mlp, sgd",
        [&](Mlp& net) {
            return AlraoOptimizer<Mlp>{net, interval, Seed{2}};
        },
        rows, short_run);
    train<Backend, Mlp>(
        "mlp, momentum, linear",
        [&](Mlp& net) {
            return AlraoOptimizer<Mlp, rule::Sgd>{
                net,
                interval,
                Seed{2},
                rule::Sgd{.momentum = 0.9},
                {.schedule = schedule::Linear{}, .averaging = FixedShare{}}};
        },
        rows, short_run);
    train<Backend, Mlp>(
        "mlp, adam, retirement",
        [&](Mlp& net) {
            return AlraoOptimizer<Mlp, rule::Adam>{
                net, LogUniform{1e-5, 1e-1}, Seed{2}, rule::Adam{}, {.retirement = Retirement{}}};
        },
        rows, short_run);
    train<Backend, Smooth>(
        "smooth, one rate",
        [](Smooth& net) {
            return OneRateOptimizer<Smooth, rule::AdamW>{net, AdamW{.rate = 0.01}};
        },
        rows, short_run);
    train<Backend, Values>(
        "regression",
        [&](Values& net) {
            return AlraoOptimizer<Values>{net, interval, Seed{2}};
        },
        values, value_run);
    train<Backend, Plain>(
        "convolutions",
        [&](Plain& net) {
            return AlraoOptimizer<Plain>{net, interval, Seed{2}};
        },
        pictures, short_run);
    train<Backend, Composed>(
        "compositions",
        [&](Composed& net) {
            return AlraoOptimizer<Composed>{net, interval, Seed{2}};
        },
        pictures, short_run);
    train<Backend, Text>(
        "text",
        [&](Text& net) {
            return AlraoOptimizer<Text>{net, interval, Seed{2}, OptimizerOptions{.clip_norm = 0.25}};
        },
        streams, text_run);
}

}  // namespace

int main() { all<OwnTiles<>>(); }
