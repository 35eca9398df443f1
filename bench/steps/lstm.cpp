// Measures training steps of a language model on random tokens: Embedding and two LSTM layers of WIDTH
// features each, and a head for a vocabulary of 50. A step trains on a chunk of 70 time steps of 20 streams.
//
// usage: bench_steps_lstm WIDTH train THREADS SECONDS
//            one line for bench/beside.py: median milliseconds of a plain SGD step, additional memory
//        bench_steps_lstm WIDTH cost [THREADS [PAIRS]]
//            the additional time of an Alrao step, relative to plain SGD, measured in interleaved pairs
// WIDTH: 200 or 650

#include "../report.hpp"
#include "../threads.hpp"
#include "../timing.hpp"

#include <alrao/alrao.hpp>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace alrao;

constexpr std::size_t vocabulary = 50, streams = 20, chunk = 70;

template <std::size_t Width, class Head>
struct Language : Model<Tokens, Embedding<vocabulary, Width>, LSTM<Width>, LSTM<Width>, Head> {
    using Model<Tokens, Embedding<vocabulary, Width>, LSTM<Width>, LSTM<Width>, Head>::Model;
};

/// A network and its optimizer. Each call trains for one step, always on the same chunk of random tokens; the
/// state of the LSTM layers is carried over from the previous step.
template <class Net, class Optimizer>
class Steps {
public:
    template <class MakeOptimizer>
    Steps(Threads& threads, MakeOptimizer make)
        : tokens_(streams * chunk),
          labels_(tokens_.size()),
          net_(Seed{1}),
          optimizer_(make(net_)),
          trainer_(net_, optimizer_, streams, threads, Seed{0}, chunk) {
        Philox random(Seed{1}, 0);
        for (float& token : tokens_) token = static_cast<float>(random.below(vocabulary));
        for (std::int32_t& label : labels_) label = static_cast<std::int32_t>(random.below(vocabulary));
    }
    void operator()() { step(); }
    /// Trains for one step. Returns the mean loss of the chunk in nats, before the update.
    double step() {
        return trainer_
            .train_step({.inputs = tokens_.data(),
                         .truth = {.labels = labels_.data()},
                         .samples = streams,
                         .time_steps = chunk})
            .loss.mean_loss();
    }

private:
    std::vector<float> tokens_;
    std::vector<std::int32_t> labels_;
    Net net_;
    Optimizer optimizer_;
    Trainer<Net, Optimizer> trainer_;
};

template <std::size_t Width>
int run(const std::string& mode, int count, char** arguments) {
    const auto argument = [&](int i, const char* otherwise) {
        return std::string(i < count ? arguments[i] : otherwise);
    };
    using Plain = Language<Width, SoftmaxClassifier<vocabulary>>;
    using Averaged = Language<Width, AveragedHead<SoftmaxClassifier<vocabulary>, 10>>;
    using Sgd = OneRateOptimizer<Plain, rule::Sgd>;
    const double before = bench::resident_megabytes();
    Threads threads(std::atoi(argument(3, "1").c_str()));
    Steps<Plain, Sgd> plain(threads, [](const Plain& net) { return Sgd(net, alrao::Sgd{.rate = 0.01}); });
    if (mode == "train") {
        const double seconds = std::atof(argument(4, "1").c_str());
        const double loss = plain.step();
        bench::report(bench::median_milliseconds(
                          seconds, [&] { plain(); }, 2),
                      before, {Plain::network::parameter_count, loss});
        return 0;
    }
    // With rates this small, training does not diverge and no feature is pruned, so all runs do the same
    // work.
    using Alrao = AlraoOptimizer<Averaged>;
    Steps<Averaged, Alrao> averaged(threads, [](const Averaged& net) {
        return Alrao(net, LogUniform{1e-5, 1e-2}, Seed{2});
    });
    const auto pairs = static_cast<std::size_t>(std::atoi(argument(4, "21").c_str()));
    const auto ratio = bench::paired_ratio(pairs, 0, plain, averaged, 0);
    std::cout << "additional time of Alrao with 10 copies, relative to plain SGD: "
              << 100 * (ratio.figure() - 1) << " %  [" << 100 * (ratio.low() - 1) << " .. "
              << 100 * (ratio.high() - 1) << "], " << pairs << " pairs, LSTM " << Width << ", "
              << threads.count() << " thread(s), " << build_info().instruction_set << '\n';
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    bench::give_threads(arguments, 1);
    const std::string width = count > 2 ? arguments[1] : "", mode = count > 2 ? arguments[2] : "";
    if (mode == "train" || mode == "cost") {
        if (width == "200") return run<200>(mode, count, arguments);
        if (width == "650") return run<650>(mode, count, arguments);
    }
    std::cerr
        << "usage: bench_steps_lstm (200|650) train THREADS SECONDS | (200|650) cost [THREADS [PAIRS]]\n";
    return 2;
}
