// Trains a network on Fashion-MNIST: with Alrao, or with one learning rate; or compares them.
//
//   fashion_mnist                                   Alrao, ten copies, 5 epochs
//   fashion_mnist --compare                         Alrao beside Adam and SGD, one table
//   fashion_mnist --experiment                      ten seeds, two schedules, two intervals of rates
//   fashion_mnist --optimizer sgd --rate 0.1 --schedule cosine --epochs 20 --save net.safetensors

#include <alrao/alrao.hpp>
#include <alrao/data/fashion_mnist.hpp>
#include <alrao/io/safetensors.hpp>

#include <CLI/CLI.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace alrao;

// ---- the networks: 784-512-512-10 -----------------------------------------------------------------

template <class Head>
struct Mlp : Model<Input<28, 28, 1>, Normalize, Flatten, Dense<512>, ReLU, Dense<512>, ReLU, Head> {
    using Base = Model<Input<28, 28, 1>, Normalize, Flatten, Dense<512>, ReLU, Dense<512>, ReLU, Head>;
    using Base::Base;
};

template <class Head>
struct MlpBatchNorm : Model<Input<28, 28, 1>, Normalize, Flatten, Dense<512>, BatchNorm, ReLU,
                            Dense<512>, BatchNorm, ReLU, Head> {
    using Base = Model<Input<28, 28, 1>, Normalize, Flatten, Dense<512>, BatchNorm, ReLU, Dense<512>,
                       BatchNorm, ReLU, Head>;
    using Base::Base;
};

using Plain = SoftmaxClassifier<10>;
template <std::size_t Copies>
using Averaged10 = AveragedHead<SoftmaxClassifier<10>, Copies>;

// ---- what is asked for ----------------------------------------------------------------------------

struct Settings {
    std::string network = "mlp", optimizer = "alrao", schedule = "constant";
    std::pair<double, double> interval{1e-5, 10};
    double rate = 0, momentum = 0;
    std::size_t copies = 10, epochs = 5, batch = 32, warm_up = 0;
    std::vector<std::uint64_t> seeds{1};
    int threads = 1;
    std::string data, save, csv;
    bool compare = false, experiment = false, quiet = false;

    bool averaged() const { return optimizer.starts_with("alrao"); }
    bool adam() const { return optimizer.ends_with("adam"); }
    double one_rate() const { return rate > 0 ? rate : adam() ? 1e-3 : 0.1; }
    std::string name() const {
        if (averaged())
            return optimizer + " [" + number_text(interval.first) + ", " +
                   number_text(interval.second) + "] x" + std::to_string(copies);
        return optimizer + " " + number_text(one_rate());
    }
};

Schedule schedule_of(const Settings& settings) {
    schedule::AfterWarmUp law = schedule::Constant{};
    if (settings.schedule == "linear") law = schedule::Linear{};
    if (settings.schedule == "cosine") law = schedule::Cosine{};
    if (settings.schedule == "inverse-sqrt") law = schedule::InverseSqrt{.scale = 1000};
    if (settings.warm_up > 0) return schedule::WarmUp{.steps = settings.warm_up, .then = law};
    return law;
}

struct Result {
    std::string name;
    std::uint64_t seed = 0;
    std::optional<std::uint64_t> diverged{};   // the step at which
    Evaluation training{}, test{};
    double seconds = 0;
};

// ---- one run --------------------------------------------------------------------------------------

template <class Net, class Optimizer>
Result run(const Settings& settings, const data::FashionMnist& fashion, std::uint64_t seed, Net& net,
           Optimizer& optimizer, const std::string& csv) {
    Result result{.name = settings.name(), .seed = seed};
    std::FILE* const progress = settings.quiet ? std::fopen("/dev/null", "w") : stderr;
    if (!settings.quiet) std::fprintf(stderr, "%s, seed %llu\n", result.name.c_str(),
                                      static_cast<unsigned long long>(seed));
    try {
        const History history =
            fit(net, optimizer, fashion.train,
                {.epochs = settings.epochs, .batch_size = settings.batch, .seed = Seed{seed},
                 .threads = settings.threads},
                ProgressBar{progress}, PosteriorBars{progress},
                CsvLogger{csv.empty() ? "/dev/null" : csv});
        if (!history.epochs.empty()) result.training = history.epochs.back().training;
        result.seconds = history.seconds;
        result.test = evaluate(net, fashion.test, {.threads = settings.threads});
    } catch (const DivergenceError& error) {
        if (!settings.quiet) std::fprintf(stderr, "\n%s\n", error.what());
        result.diverged = error.divergence.step;
    }
    if (settings.quiet) std::fclose(progress);
    if (!settings.save.empty()) save(net, settings.save);
    return result;
}

template <class Net>
Result run_averaged(const Settings& settings, const data::FashionMnist& fashion, std::uint64_t seed,
                    const std::string& csv) {
    Net net{Seed{seed}};
    normalize_by(net, {0.2860}, {0.3530});
    const LogUniform interval{settings.interval.first, settings.interval.second};
    const OptimizerOptions options{.schedule = schedule_of(settings)};
    if (settings.adam()) {
        AlraoOptimizer<Net, rule::Adam> optimizer{net, interval, Seed{seed}, options};
        return run(settings, fashion, seed, net, optimizer, csv);
    }
    AlraoOptimizer<Net> optimizer{net, interval, Seed{seed},
                                  rule::Sgd{.momentum = settings.momentum}, options};
    return run(settings, fashion, seed, net, optimizer, csv);
}

template <class Net>
Result run_one_rate(const Settings& settings, const data::FashionMnist& fashion, std::uint64_t seed,
                    const std::string& csv) {
    Net net{Seed{seed}};
    normalize_by(net, {0.2860}, {0.3530});
    const OptimizerOptions options{.schedule = schedule_of(settings)};
    if (settings.adam()) {
        OneRateOptimizer optimizer{net, Adam{.rate = settings.one_rate()}, options};
        return run(settings, fashion, seed, net, optimizer, csv);
    }
    OneRateOptimizer optimizer{
        net, Sgd{.rate = settings.one_rate(), .momentum = settings.momentum}, options};
    return run(settings, fashion, seed, net, optimizer, csv);
}

// Networks are types: each that can be asked for is compiled here.
template <template <class> class Network>
Result run_network(const Settings& settings, const data::FashionMnist& fashion, std::uint64_t seed,
                   const std::string& csv) {
    if (!settings.averaged()) return run_one_rate<Network<Plain>>(settings, fashion, seed, csv);
    switch (settings.copies) {
    case 1: return run_averaged<Network<Averaged10<1>>>(settings, fashion, seed, csv);
    case 6: return run_averaged<Network<Averaged10<6>>>(settings, fashion, seed, csv);
    default: return run_averaged<Network<Averaged10<10>>>(settings, fashion, seed, csv);
    }
}

std::vector<Result> run_seeds(const Settings& settings, const data::FashionMnist& fashion) {
    std::vector<Result> results;
    for (const std::uint64_t seed : settings.seeds) {
        const bool alone = settings.seeds.size() == 1 && !settings.compare;
        const std::string csv = settings.csv.empty() || alone
                                    ? settings.csv
                                    : settings.csv + "." + settings.optimizer + "-" +
                                          number_text(settings.one_rate()) + "-" +
                                          std::to_string(seed) + ".csv";
        results.push_back(settings.network == "mlp-bn"
                              ? run_network<MlpBatchNorm>(settings, fashion, seed, csv)
                              : run_network<Mlp>(settings, fashion, seed, csv));
    }
    return results;
}

// ---- tables ---------------------------------------------------------------------------------------

void print_build(const Settings& settings) {
    const BuildInfo build = build_info();
    std::cout << "alrao " << build.version << ", " << build.compiler << ", "
              << build.instruction_set << ", products by " << build.backend << ", "
              << settings.threads << (settings.threads == 1 ? " thread" : " threads") << "\n"
              << "network " << settings.network << " 784-512-512-10, batch " << settings.batch
              << ", " << settings.epochs << " epochs, schedule " << settings.schedule << "\n\n";
}

void print_results(const std::vector<Result>& results) {
    std::printf("%-28s %5s %10s %10s %11s %9s\n", "optimizer", "seed", "test acc.", "test loss",
                "train loss", "seconds");
    for (const Result& r : results) {
        std::printf("%-28s %5llu ", r.name.c_str(), static_cast<unsigned long long>(r.seed));
        if (r.diverged)
            std::printf("diverged at step %llu\n", static_cast<unsigned long long>(*r.diverged));
        else
            std::printf("%10.4f %10.4f %11.4f %9.1f\n", r.test.accuracy, r.test.loss,
                        r.training.loss, r.seconds);
    }
    std::fflush(stdout);
}

struct Moments {
    std::size_t n = 0;
    double mean = 0, deviation = 0;   // the deviation of a sample: n - 1
};

template <class Value>
Moments moments(const std::vector<Result>& results, Value value) {
    Moments m;
    for (const Result& r : results) {
        if (r.diverged) continue;
        ++m.n;
        m.mean += value(r);
    }
    if (m.n > 0) m.mean /= static_cast<double>(m.n);
    for (const Result& r : results)
        if (!r.diverged) m.deviation += (value(r) - m.mean) * (value(r) - m.mean);
    m.deviation = m.n > 1 ? std::sqrt(m.deviation / static_cast<double>(m.n - 1)) : 0;
    return m;
}

void print_summary(const std::string& title, const std::vector<Result>& results) {
    const Moments accuracy = moments(results, [](const Result& r) { return r.test.accuracy; });
    const Moments loss = moments(results, [](const Result& r) { return r.test.loss; });
    std::printf("%-44s n %2zu  test acc. %.4f +- %.4f  test loss %.4f +- %.4f\n", title.c_str(),
                accuracy.n, accuracy.mean, accuracy.deviation, loss.mean, loss.deviation);
}

// ---- the three uses -------------------------------------------------------------------------------

void train(const Settings& settings, const data::FashionMnist& fashion) {
    const std::vector<Result> results = run_seeds(settings, fashion);
    print_results(results);
    if (results.size() > 1) print_summary(settings.name(), results);
}

void compare(Settings settings, const data::FashionMnist& fashion) {
    std::vector<Result> results;
    const auto add = [&](const std::string& optimizer, double rate) {
        settings.optimizer = optimizer;
        settings.rate = rate;
        for (Result& r : run_seeds(settings, fashion)) results.push_back(std::move(r));
    };
    add("alrao", 0);
    add("adam", 1e-3);
    for (const double rate : {1e-3, 1e-1, 1.0}) add("sgd", rate);
    print_results(results);
}

void experiment(Settings settings, const data::FashionMnist& fashion) {
    settings.optimizer = "alrao";
    std::vector<std::pair<std::string, std::vector<Result>>> cells;
    for (const double largest : {10.0, 1.0})
        for (const char* law : {"constant", "linear"}) {
            settings.interval = {1e-5, largest};
            settings.schedule = law;
            const std::string title = settings.name() + ", " + law;
            std::printf("%s\n", title.c_str());
            cells.emplace_back(title, run_seeds(settings, fashion));
            print_results(cells.back().second);
            std::printf("\n");
        }
    for (const auto& [title, results] : cells) print_summary(title, results);
}

Settings parse(int argc, char** argv) {
    Settings s;
    s.threads = static_cast<int>(std::max(1U, std::min(2U, std::thread::hardware_concurrency())));
    CLI::App app{"Trains a network on Fashion-MNIST, without a learning rate or with one."};
    app.add_option("--network", s.network)->check(CLI::IsMember({"mlp", "mlp-bn"}))
        ->capture_default_str();
    app.add_option("--optimizer", s.optimizer)
        ->check(CLI::IsMember({"alrao", "alrao-adam", "sgd", "adam"}))->capture_default_str();
    app.add_option("--interval", s.interval, "Alrao's smallest and largest rate")
        ->default_str("1e-05 10");
    app.add_option("--rate", s.rate, "of sgd and adam (0.1 and 1e-3)")->check(CLI::PositiveNumber);
    app.add_option("--momentum", s.momentum, "of sgd and alrao");
    app.add_option("--copies", s.copies, "of Alrao's last layer")->check(CLI::IsMember({1, 6, 10}))
        ->capture_default_str();
    app.add_option("--epochs", s.epochs)->capture_default_str();
    app.add_option("--batch", s.batch)->capture_default_str();
    app.add_option("--schedule", s.schedule)
        ->check(CLI::IsMember({"constant", "linear", "cosine", "inverse-sqrt"}))
        ->capture_default_str();
    app.add_option("--warm-up", s.warm_up, "steps of it");
    auto* seeds = app.add_option("--seeds,--seed", s.seeds, "one run for each")->default_str("1");
    app.add_option("--threads", s.threads)->capture_default_str();
    app.add_option("--data", s.data, "folder of the four files; else $ALRAO_DATA, Debian's");
    app.add_option("--save", s.save, "file for the model");
    app.add_option("--csv", s.csv, "file for the learning curve");
    app.add_flag("--compare", s.compare, "Alrao, Adam at 1e-3, SGD at 1e-3, 1e-1 and 1; one table");
    app.add_flag("--experiment", s.experiment,
                 "Alrao on [1e-5, 10] and [1e-5, 1], constant and linear; seeds 1 to 10");
    app.add_flag("--quiet", s.quiet, "no progress");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error));
    }
    if (s.experiment && seeds->empty()) s.seeds = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    return s;
}

}  // namespace

int main(int argc, char** argv) {
    const Settings settings = parse(argc, argv);
    try {
        const data::FashionMnist fashion = data::fashion_mnist(settings.data);
        print_build(settings);
        if (settings.compare) compare(settings, fashion);
        else if (settings.experiment) experiment(settings, fashion);
        else train(settings, fashion);
    } catch (const std::exception& error) {
        std::cerr << "fashion_mnist: " << error.what() << '\n';
        return 1;
    }
}
