#pragma once

// The options that the programs of this folder share.

#include <alrao/alrao.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace experiments {

using namespace alrao;

struct Settings {
    std::string network, optimizer = "alrao", schedule = "constant";
    std::pair<double, double> interval{1e-5, 10};
    double rate = 0, momentum = 0;
    std::size_t width = 1, copies = 10, epochs = 5, batch = 32, warm_up = 0, patience = 0;
    std::vector<double> grid{1e-3, 1e-1, 1};
    std::vector<std::uint64_t> seeds{1};
    int threads = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 2U));
    double minutes = 0;  // longest duration of a run; 0: no limit
    std::string data, save, csv, curves;
    bool compare = false, quiet = false;
    bool several = false;  // the program makes several runs even with one seed

    bool averaged() const { return optimizer.starts_with("alrao"); }
    bool adam() const { return optimizer.ends_with("adam"); }
    double one_rate() const { return rate > 0 ? rate : adam() ? 1e-3 : 0.1; }
    std::string name() const {
        if (averaged())
            return optimizer + " [" + number_text(interval.first) + ", " + number_text(interval.second) +
                   "] x" + std::to_string(copies);
        return optimizer + " " + number_text(one_rate());
    }
};

/// Adds the options that all programs have. Networks and data are options of each program.
inline void add_options(CLI::App& app, Settings& s) {
    app.add_option("--optimizer", s.optimizer)
        ->check(CLI::IsMember({"alrao", "alrao-adam", "sgd", "adam"}))
        ->capture_default_str();
    app.add_option("--interval", s.interval, "Alrao's smallest and largest rate")
        ->default_str(number_text(s.interval.first) + " " + number_text(s.interval.second));
    app.add_option("--rate", s.rate, "learning rate of sgd (default 0.1) and adam (default 0.001)")
        ->check(CLI::PositiveNumber);
    app.add_option("--momentum", s.momentum, "momentum of sgd and alrao");
    app.add_option("--epochs", s.epochs)->capture_default_str();
    app.add_option("--batch", s.batch)->capture_default_str();
    app.add_option("--schedule", s.schedule)
        ->check(CLI::IsMember({"constant", "linear", "cosine", "inverse-sqrt"}))
        ->capture_default_str();
    app.add_option("--warm-up", s.warm_up, "steps of linear warm-up");
    app.add_option("--seeds,--seed", s.seeds, "seeds; one run for each")->default_str("1");
    app.add_option("--threads", s.threads)->capture_default_str();
    app.add_option("--save", s.save,
                   "file for the trained model; several runs get file names with the run's settings");
    app.add_option("--csv", s.csv, "file with a line per finished run; runs that are in it are not repeated");
    app.add_option("--curves", s.curves,
                   "write the losses of each epoch to CSV files; prefix of their names");
    app.add_flag("--compare", s.compare,
                 "train with Alrao, Adam at 0.001 and SGD at each rate of --grid; print one table");
    app.add_option("--grid", s.grid, "rates of SGD for --compare")->check(CLI::PositiveNumber);
    app.add_flag("--quiet", s.quiet, "print no progress");
}

inline Schedule schedule_of(const Settings& settings) {
    Schedule law = schedule::Constant{};
    if (settings.schedule == "linear") law = schedule::Linear{};
    if (settings.schedule == "cosine") law = schedule::Cosine{};
    if (settings.schedule == "inverse-sqrt") law = schedule::InverseSqrt{.scale = 1000};
    if (settings.warm_up > 0) return schedule::WarmUp{.steps = settings.warm_up, .then = law};
    return law;
}

/// Parses the arguments. After --help or an error it prints a message and exits.
inline void parse(CLI::App& app, int argc, char** argv) {
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error));
    }
}

}  // namespace experiments
