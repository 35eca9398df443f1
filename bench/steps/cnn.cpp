// Measures training steps and predictions of convolutional networks for 32 x 32 images, with random inputs.
//
// usage: bench_steps_cnn NET (train|predict) BATCH THREADS SECONDS
//            one line for bench/beside.py: median milliseconds of a plain SGD step or a prediction, additional memory
//        bench_steps_cnn NET cost BATCH [THREADS [PAIRS]]
//            the additional time of an Alrao step, relative to plain SGD, measured in interleaved pairs; as a control,
//            that of plain SGD relative to plain SGD
// NET: small-vgg, vgg19, mobilenet-v2, googlenet. For predictions, BatchNorm is folded into the convolutions.

#include "../report.hpp"
#include "../steps.hpp"
#include "../threads.hpp"
#include "../timing.hpp"

#include <alrao/alrao.hpp>
#include <alrao/zoo/googlenet.hpp>
#include <alrao/zoo/mobilenet_v2.hpp>
#include <alrao/zoo/vgg.hpp>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

namespace {

using namespace alrao;

// The rates are so small that the parameters hardly change, so all runs do the same work.
template <class Net>
auto plain_steps(std::size_t batch, Threads& threads) {
    using Optimizer = OneRateOptimizer<Net, rule::Sgd>;
    return bench::Steps<Net, Optimizer>(batch, threads,
                                        [](const Net& net) { return Optimizer(net, Sgd{.rate = 1e-6}); });
}

template <class Net>
auto alrao_steps(std::size_t batch, Threads& threads) {
    using Optimizer = AlraoOptimizer<Net>;
    return bench::Steps<Net, Optimizer>(batch, threads, [](const Net& net) {
        return Optimizer(net, LogUniform{1e-7, 1e-5}, Seed{2});
    });
}

template <class Plain, class Averaged>
int run(const std::string& mode, std::size_t batch, int count, char** arguments) {
    const auto argument = [&](int i, const char* otherwise) {
        return std::string(i < count ? arguments[i] : otherwise);
    };
    const double before = bench::resident_megabytes();
    Threads threads(std::atoi(argument(4, "1").c_str()));
    if (mode == "cost") {
        auto plain = plain_steps<Plain>(batch, threads);
        auto averaged = alrao_steps<Averaged>(batch, threads);
        auto again = plain_steps<Plain>(batch, threads);
        const auto pairs = static_cast<std::size_t>(std::atoi(argument(5, "21").c_str()));
        const auto print = [&](const char* what, const bench::PairedRatio& ratio) {
            std::cout << what << ": " << 100 * (ratio.figure() - 1) << " %  [" << 100 * (ratio.low() - 1)
                      << " .. " << 100 * (ratio.high() - 1) << "], " << pairs << " pairs, batch " << batch
                      << ", " << threads.count() << " thread(s), " << build_info().instruction_set << '\n';
        };
        for (auto* const steps : {&plain, &again}) (*steps)();
        averaged();
        print("additional time of Alrao with 10 copies, relative to plain SGD",
              bench::paired_ratio(pairs, 0, plain, averaged, 0));
        print("additional time of plain SGD, relative to plain SGD           ",
              bench::paired_ratio(pairs, 0, plain, again, 0));
        return 0;
    }
    const double seconds = std::atof(argument(5, "1").c_str());
    if (mode == "train") {
        auto steps = plain_steps<Plain>(batch, threads);
        const double loss = steps.step();
        bench::report(bench::median_milliseconds(
                          seconds, [&] { steps(); }, 2),
                      before, {Plain::network::parameter_count, loss});
    } else {
        const bench::Noise noise(batch, Plain::network::input_shape.size());
        const auto net = fold_batch_norm(Plain(Seed{1}));
        Workspace<std::remove_const_t<decltype(net)>> workspace(batch, threads);
        bench::report(bench::median_milliseconds(
                          seconds, [&] { workspace.run(net, noise.examples().inputs, batch); }, 2),
                      before, {Plain::network::parameter_count});
    }
    return 0;
}

using TenCopies = AveragedHead<SoftmaxClassifier<10>, 10>;

}  // namespace

int main(int count, char** arguments) {
    if (count < 4) {
        std::cerr
            << "usage: bench_steps_cnn NET (train|predict) BATCH THREADS SECONDS | NET cost BATCH [THREADS [PAIRS]]\n";
        return 2;
    }
    bench::give_threads(arguments, 1);
    const std::string net = arguments[1], mode = arguments[2];
    const auto batch = static_cast<std::size_t>(std::atol(arguments[3]));
    if (net == "small-vgg")
        return run<zoo::SmallVGG<>, zoo::SmallVGG<TenCopies>>(mode, batch, count, arguments);
    if (net == "vgg19") return run<zoo::VGG19<>, zoo::VGG19<TenCopies>>(mode, batch, count, arguments);
    if (net == "mobilenet-v2")
        return run<zoo::MobileNetV2<>, zoo::MobileNetV2<TenCopies>>(mode, batch, count, arguments);
    if (net == "googlenet")
        return run<zoo::GoogLeNet<>, zoo::GoogLeNet<TenCopies>>(mode, batch, count, arguments);
    std::cerr << "bench_steps_cnn: NET must be small-vgg, vgg19, mobilenet-v2 or googlenet, got " << net
              << '\n';
    return 2;
}
