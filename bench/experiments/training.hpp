#pragma once

// Runs over seeds and over optimizers, for programs that train classifiers.

#include "tables.hpp"

#include <cstdint>
#include <cstdio>
#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace experiments {

/// The data of an experiment with images, and how they are normalized and augmented.
struct Images {
    Dataset<float> train, test;
    std::optional<Dataset<float>> validation{};
    std::vector<double> mean, deviation;          // of each channel
    std::optional<Augmented<float>> augmented{};  // if set, training uses this augmented version of `train`
};

inline Samples samples_of(const Images& images) {
    return {images.train.size(), images.validation ? images.validation->size() : 0};
}

/// Trains once, on the given images.
using RunOne = std::function<Result(const Settings&, const Images&, std::uint64_t seed)>;
/// Trains once, on data that the function holds itself.
using RunSeed = std::function<Result(const Settings&, std::uint64_t seed)>;

/// Returns the results of all seeds. Runs the seeds whose results are not in `finished`, and adds their results to it.
inline std::vector<Result> run_seeds(const Settings& settings, const Samples& samples, ResultFile& finished,
                                     const RunSeed& run) {
    std::vector<Result> results;
    for (const std::uint64_t seed : settings.seeds) {
        if (auto known = finished.find(settings, samples, seed)) {
            if (!settings.save.empty() && !settings.quiet)
                std::cerr << "note: " << settings.name() << ", seed " << seed << ", is in " << settings.csv
                          << " already: the model is not saved again\n";
            results.push_back(*known);
            continue;
        }
        results.push_back(run(settings, seed));
        finished.add(settings, samples, results.back());
    }
    return results;
}
inline std::vector<Result> run_seeds(const Settings& settings, const Images& images, ResultFile& finished,
                                     const RunOne& run) {
    return run_seeds(settings, samples_of(images), finished,
                     [&](const Settings& s, std::uint64_t seed) { return run(s, images, seed); });
}

/// The name of an optimizer and its runs.
using Cell = std::pair<std::string, std::vector<Result>>;

/// Runs all seeds with Alrao, with Adam, and with SGD at each rate of the grid.
inline std::vector<Cell> run_all(Settings settings, const Samples& samples, const RunSeed& run) {
    ResultFile finished(settings.csv);
    settings.several = true;
    std::vector<Cell> cells;
    const auto add = [&](const std::string& optimizer, double rate) {
        settings.optimizer = optimizer;
        settings.rate = rate;
        cells.emplace_back(settings.name(), run_seeds(settings, samples, finished, run));
    };
    add("alrao", 0);
    add("adam", 1e-3);
    for (const double rate : settings.grid) add("sgd", rate);
    return cells;
}
inline std::vector<Result> results_of(const std::vector<Cell>& cells) {
    std::vector<Result> all;
    for (const auto& [name, results] : cells) all.insert(all.end(), results.begin(), results.end());
    return all;
}

/// Runs all seeds with one optimizer and prints a table.
inline void train(const Settings& settings, const Images& images, const RunOne& run) {
    ResultFile finished(settings.csv);
    const std::vector<Result> results = run_seeds(settings, images, finished, run);
    print_results(results);
    if (results.size() > 1) print_summary(settings.name(), results);
}

/// Runs all seeds with Alrao, Adam and SGD and prints one table.
inline void compare(const Settings& settings, const Images& images, const RunOne& run) {
    const std::vector<Cell> cells =
        run_all(settings, samples_of(images),
                [&](const Settings& s, std::uint64_t seed) { return run(s, images, seed); });
    print_results(results_of(cells));
    if (settings.seeds.size() == 1) return;
    std::printf("\n");
    for (const auto& [name, results] : cells) print_summary(name, results);
}

}  // namespace experiments
