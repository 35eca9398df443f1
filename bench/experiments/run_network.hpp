#pragma once

// One run of one network. A template: each network is compiled in a translation unit of its own.

#include "training.hpp"

#include <alrao/alrao.hpp>
#include <alrao/io/safetensors.hpp>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>

namespace experiments {

/// Optional EarlyStopping: a callback that does nothing without `options`.
struct StopEarly {
    static constexpr bool attaches = true;
    std::optional<EarlyStopping> options;

    template <class Net>
    struct Run {
        std::optional<EarlyStoppingRun<Net>> stopping;
        void fit_begin(const FitBegin& event) {
            if (stopping) stopping->fit_begin(event);
        }
        bool epoch_end(const EpochEnd& event) { return stopping && stopping->epoch_end(event); }
        void fit_end(const FitEnd& event) {
            if (stopping) stopping->fit_end(event);
        }
    };
    template <class Net>
    Run<Net> attach(Net& net) const {
        Run<Net> run;
        if (options) run.stopping.emplace(*options, net);
        return run;
    }
};

/// The part of a file name that identifies a run.
inline std::string run_tag(const Settings& s, std::uint64_t seed) {
    const std::string rates = s.averaged()
                                  ? number_text(s.interval.first) + "_" + number_text(s.interval.second)
                                  : number_text(s.one_rate());
    return s.network + "-" + std::to_string(s.width) + "-" + s.optimizer + "-" + rates + "-" + s.schedule +
           "-" + std::to_string(seed);
}

inline std::string curve_path(const Settings& s, std::uint64_t seed) {
    return s.curves.empty() ? "/dev/null" : s.curves + run_tag(s, seed) + ".csv";
}

/// The file for the model. With several runs each gets a name of its own.
inline std::filesystem::path save_path(const Settings& s, std::uint64_t seed) {
    std::filesystem::path path(s.save);
    if (!s.several && s.seeds.size() == 1) return path;
    const std::string extension = path.extension().string();
    return path.replace_extension().concat("-" + run_tag(s, seed) + extension);
}

/// Throws if the folder of `file` does not exist. Called before a run, so that the result of a long run is not lost.
inline void require_folder(const std::filesystem::path& file) {
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    if (!std::filesystem::is_directory(folder))
        throw std::runtime_error(file.string() + ": the folder does not exist");
}

/// One run on any data: `learn(callbacks...)` calls fit and returns its History, `test()` returns the Evaluation of
/// the test data.
template <class Net, class Learn, class Test>
Result run_once(const Settings& settings, std::uint64_t seed, Net& net, Learn&& learn, Test&& test) {
    Result result{.name = settings.name(), .seed = seed};
    if (!settings.save.empty()) require_folder(settings.save);
    const auto close = [](std::FILE* file) {
        if (file != stderr) std::fclose(file);
    };
    const std::unique_ptr<std::FILE, decltype(close)> progress(
        settings.quiet ? std::fopen("/dev/null", "w") : stderr, close);
    std::fprintf(progress.get(), "%s, seed %llu\n", result.name.c_str(),
                 static_cast<unsigned long long>(seed));
    StopEarly stop{};
    if (settings.patience > 0) stop.options = EarlyStopping{.patience = settings.patience};
    try {
        const History history = learn(ProgressBar{progress.get()}, PosteriorBars{progress.get()},
                                      CsvLogger{curve_path(settings, seed)}, stop,
                                      TimerStop{settings.minutes > 0 ? 60 * settings.minutes : 1e9});
        result.epochs = history.epochs.size();
        result.best_epoch = history.best_epoch;
        result.seconds = history.seconds;
        if (result.epochs > 0) {
            const std::size_t shown = result.best_epoch > 0 ? result.best_epoch : result.epochs;
            const Epoch& epoch = history.epochs[shown - 1];
            result.train_loss = epoch.training.loss;
            if (epoch.validation) {
                result.validation_loss = epoch.validation->loss;
                result.validation_accuracy = epoch.validation->accuracy;
            }
        }
        const Evaluation of_test = test();
        result.test_loss = of_test.loss;
        result.test_accuracy = of_test.accuracy;
    } catch (const DivergenceError& error) {
        std::fprintf(progress.get(), "\n%s\n", error.what());
        result.diverged = error.divergence.step + 1;
    }
    if (!settings.save.empty()) save(net, save_path(settings, seed));
    return result;
}

template <class Net, class Optimizer>
Result run(const Settings& settings, const Images& images, std::uint64_t seed, Net& net,
           Optimizer& optimizer) {
    return run_once(
        settings, seed, net,
        [&](auto&&... callbacks) {
            return fit(
                net, optimizer,
                images.augmented ? AnySource<float>(*images.augmented) : AnySource<float>(images.train),
                {.epochs = settings.epochs,
                 .batch_size = settings.batch,
                 .validation = images.validation,
                 .seed = Seed{seed},
                 .threads = settings.threads},
                callbacks...);
        },
        [&] { return evaluate(net, images.test, {.threads = settings.threads}); });
}

template <class Net>
Result run_averaged(const Settings& settings, const Images& images, std::uint64_t seed) {
    Net net{Seed{seed}};
    normalize_by(net, images.mean, images.deviation);
    const LogUniform interval{settings.interval.first, settings.interval.second};
    const OptimizerOptions options{.schedule = schedule_of(settings)};
    if (settings.adam()) {
        AlraoOptimizer<Net, rule::Adam> optimizer{net, interval, Seed{seed}, options};
        return run(settings, images, seed, net, optimizer);
    }
    AlraoOptimizer<Net> optimizer{net, interval, Seed{seed}, rule::Sgd{.momentum = settings.momentum},
                                  options};
    return run(settings, images, seed, net, optimizer);
}

template <class Net>
Result run_one_rate(const Settings& settings, const Images& images, std::uint64_t seed) {
    Net net{Seed{seed}};
    normalize_by(net, images.mean, images.deviation);
    const OptimizerOptions options{.schedule = schedule_of(settings)};
    if (settings.adam()) {
        OneRateOptimizer optimizer{net, Adam{.rate = settings.one_rate()}, options};
        return run(settings, images, seed, net, optimizer);
    }
    OneRateOptimizer optimizer{net, Sgd{.rate = settings.one_rate(), .momentum = settings.momentum}, options};
    return run(settings, images, seed, net, optimizer);
}

/// Trains one of the networks in the template arguments: `OneRate` for the optimizers sgd and adam, otherwise the type
/// of `Averaged` whose head has the requested number of copies. The parameters are types, because with a template
/// template parameter (the network as a template over its head) g++ 12 gives the functions external linkage even if
/// the network is in an unnamed namespace, and the linker would merge networks of different translation units.
template <class OneRate, class... Averaged>
Result run_network(const Settings& settings, const Images& images, std::uint64_t seed) {
    if (!settings.averaged()) return run_one_rate<OneRate>(settings, images, seed);
    Result result;
    const bool known = ((settings.copies == Averaged::network::copies &&
                         (result = run_averaged<Averaged>(settings, images, seed), true)) ||
                        ...);
    if (!known) fail({"no network with ", settings.copies, " copies was compiled into this program"});
    return result;
}

}  // namespace experiments
