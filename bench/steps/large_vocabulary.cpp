// Measures the cost of several copies of a large head, and the cost that remains when most copies are
// retired. The results are in docs/experiments/large_vocabularies.md.
//
// usage: bench_steps_large_vocabulary time TASK COPIES LIVE THREADS SECONDS
//            median milliseconds of a training step that computes LIVE of the copies, and additional memory
//        bench_steps_large_vocabulary train COPIES STEPS THREADS FOLDER [BELOW AFTER]
//            trains on the words of the Penn Treebank in FOLDER for STEPS steps; prints the mean loss of the last tenth
//            of the steps, and the loss of 20 chunks of the validation text. A copy retires if its weight is below
//            BELOW for AFTER consecutive steps
// TASK: words (vocabulary 10,000, Embedding 200, 2 x LSTM(200), 20 streams, chunks of 70 time steps) or
//       classes (1,000 classes, 2,048 features, batch 128). COPIES: 3, 6 or 10.

#include <alrao/alrao.hpp>
#include <alrao/data/penn_treebank.hpp>

#include "../memory.hpp"
#include "../threads.hpp"
#include "../timing.hpp"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace alrao;

struct Words {
    static constexpr std::size_t streams = 20, chunk = 70;

    template <std::size_t Copies>
    struct Net : Model<Tokens, Embedding<10'000, 200>, LSTM<200>, LSTM<200>,
                       AveragedHead<SoftmaxClassifier<10'000>, Copies>> {
        using Net::Model::Model;
    };
    /// Returns random tokens for one chunk of all streams.
    static std::vector<std::int32_t> text() {
        std::vector<std::int32_t> tokens(streams * (chunk + 1));
        Philox random(Seed{1}, 0);
        for (std::int32_t& token : tokens) token = static_cast<std::int32_t>(random.below(10'000));
        return tokens;
    }
};

struct Classes {
    static constexpr std::size_t batch = 128;

    template <std::size_t Copies>
    struct Net : Model<Input<64>, Dense<2'048>, ReLU, AveragedHead<SoftmaxClassifier<1'000>, Copies>> {
        using Net::Model::Model;
    };
};

/// Retires all copies but the `live` ones in the middle, which are usually those that remain after training.
void retire_all_but(Posterior& posterior, std::size_t live) {
    const std::size_t first = (posterior.copies() - live) / 2;
    const auto stays = [&](std::size_t j) { return j >= first && j < first + live; };
    for (std::size_t j = 0; j < posterior.copies(); ++j) posterior.retired[j] = stays(j) ? 0 : 1;
    Averaging{}.drop(posterior, stays);
}

template <class Net>
AlraoOptimizer<Net> optimizer_of(const Net& net, std::optional<Retirement> retirement = {}) {
    return {net, LogUniform{1e-3, 100}, Seed{2}, {.clip_norm = 0.25, .retirement = retirement}};
}

struct Asked {
    std::size_t live = 0;
    int threads = 1;
    double seconds = 1;
};

template <class Step>
void print_times(const Asked& asked, double before, Step&& step) {
    const double ms = bench::median_milliseconds(asked.seconds, step, 2);
    std::cout << "ms=" << ms << " megabytes=" << bench::peak_megabytes() - before << '\n';
}

template <std::size_t Copies>
void time(Words, const Asked& asked) {
    using Net = Words::Net<Copies>;
    const double before = bench::resident_megabytes();
    Threads threads(asked.threads);
    Net net{Seed{1}};
    retire_all_but(net.posterior(), asked.live);
    auto optimizer = optimizer_of(net);
    Trainer<Net, AlraoOptimizer<Net>> trainer(net, optimizer, Words::streams, threads, Seed{0}, Words::chunk);
    const auto tokens = Words::text();
    const Streams streams(tokens, {Words::streams, Words::chunk});
    ChunkBuffers<float> buffers(streams);
    const Batch<float> chunk = buffers.gather(streams, 0);
    print_times(asked, before, [&] { trainer.train_step(chunk); });
}

template <std::size_t Copies>
void time(Classes, const Asked& asked) {
    using Net = Classes::Net<Copies>;
    const double before = bench::resident_megabytes();
    Threads threads(asked.threads);
    Net net{Seed{1}};
    retire_all_but(net.posterior(), asked.live);
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-5, 1e-2}, Seed{2}};
    Trainer<Net, AlraoOptimizer<Net>> trainer(net, optimizer, Classes::batch, threads);
    std::vector<float> inputs(Classes::batch * 64);
    std::vector<std::int32_t> labels(Classes::batch);
    Philox random(Seed{1}, 0);
    for (float& x : inputs) x = static_cast<float>(random.normal());
    for (std::int32_t& label : labels) label = static_cast<std::int32_t>(random.below(1'000));
    print_times(asked, before, [&] {
        trainer.train_step(
            {.inputs = inputs.data(), .truth = {.labels = labels.data()}, .samples = Classes::batch});
    });
}

template <std::size_t Copies>
void train(std::uint64_t steps, int thread_count, const std::string& folder,
           std::optional<Retirement> retirement) {
    using Net = Words::Net<Copies>;
    const data::Texts texts =
        data::read_texts(data::penn_treebank_files(folder), {.rules = {data::TextUnit::words}});
    const Streams streams(texts.train.tokens, {Words::streams, Words::chunk});
    const std::span<const std::int32_t> tokens(texts.validation.tokens);
    const Streams validation(tokens.first(20 * 20 * 70 + 1), {20, 70});
    Threads threads(thread_count);
    Net net{Seed{1}};
    auto optimizer = optimizer_of(net, retirement);
    Trainer<Net, AlraoOptimizer<Net>> trainer(net, optimizer, Words::streams, threads, Seed{0}, Words::chunk);
    ChunkBuffers<float> buffers(streams);
    BatchLoss last;
    for (std::uint64_t step = 0; step < steps; ++step) {
        const std::size_t c = step % streams.chunks();
        if (c == 0) trainer.state().reset();
        const StepReport report = trainer.train_step(buffers.gather(streams, c));
        if (10 * (step + 1) > 9 * steps) last += report.loss;
        if (report.copies_retired > 0 || report.copies_lost > 0)
            std::cout << "step " << step + 1 << ": " << report.copies_lost << " pruned, "
                      << report.copies_retired << " retired, " << net.posterior().live() << " remain\n";
    }
    const Evaluation e = evaluate(net, validation, {.threads = thread_count});
    std::cout << "copies=" << Copies << " computed=" << net.posterior().live()
              << " training_bits=" << last.mean_loss() / std::numbers::ln2 << " validation_bits=" << e.bits()
              << " weights=";
    for (const double weight : net.posterior().weights()) std::cout << weight << ' ';
    std::cout << '\n';
}

template <class Action>
bool with_copies(const std::string& copies, Action&& action) {
    if (copies == "3") return action.template operator()<3>(), true;
    if (copies == "6") return action.template operator()<6>(), true;
    if (copies == "10") return action.template operator()<10>(), true;
    return false;
}

int usage() {
    std::cerr << "usage: bench_steps_large_vocabulary time (words|classes) (3|6|10) LIVE THREADS "
                 "SECONDS\n"
                 "       bench_steps_large_vocabulary train (3|6|10) STEPS THREADS FOLDER [BELOW "
                 "AFTER]\n";
    return 2;
}

}  // namespace

int main(int count, char** arguments) {
    bench::give_threads(arguments, 1);
    const std::vector<std::string> words(arguments + 1, arguments + count);
    const auto number = [&](std::size_t i) { return std::atof(words[i].c_str()); };
    if (words.size() == 6 && words[0] == "time") {
        const Asked asked{static_cast<std::size_t>(number(3)), static_cast<int>(number(4)), number(5)};
        const bool known = with_copies(words[2], [&]<std::size_t Copies>() {
            if (words[1] == "words") time<Copies>(Words{}, asked);
            if (words[1] == "classes") time<Copies>(Classes{}, asked);
        });
        return known ? 0 : usage();
    }
    if ((words.size() == 5 || words.size() == 7) && words[0] == "train") {
        std::optional<Retirement> retirement;
        if (words.size() == 7) retirement = Retirement{number(5), static_cast<std::uint64_t>(number(6))};
        const bool known = with_copies(words[1], [&]<std::size_t Copies>() {
            train<Copies>(static_cast<std::uint64_t>(number(2)), static_cast<int>(number(3)), words[4],
                          retirement);
        });
        return known ? 0 : usage();
    }
    return usage();
}
