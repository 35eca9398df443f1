#pragma once

// What programs that train classifiers share: what is asked for, what came of it, tables, and a
// file of finished runs, so that a program that was stopped goes on where it was.

#include <alrao/alrao.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <functional>
#include <iostream>
#include <limits>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace examples {

using namespace alrao;

// ---- what is asked for ----------------------------------------------------------------------------

struct Settings {
    std::string network, optimizer = "alrao", schedule = "constant";
    std::pair<double, double> interval{1e-5, 10};
    double rate = 0, momentum = 0;
    std::size_t width = 1, copies = 10, epochs = 5, batch = 32, warm_up = 0, patience = 0;
    std::vector<double> grid{1e-3, 1e-1, 1};
    std::vector<std::uint64_t> seeds{1};
    int threads = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 2U));
    double minutes = 0;  // of a run; 0: as long as it takes
    std::string data, save, csv, curves;
    bool compare = false, quiet = false;
    bool several = false;  // runs, whatever the seeds

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

/// The options that every program has, but for its networks.
inline void add_options(CLI::App& app, Settings& s) {
    app.add_option("--optimizer", s.optimizer)
        ->check(CLI::IsMember({"alrao", "alrao-adam", "sgd", "adam"}))
        ->capture_default_str();
    app.add_option("--interval", s.interval, "Alrao's smallest and largest rate")
        ->default_str(number_text(s.interval.first) + " " + number_text(s.interval.second));
    app.add_option("--rate", s.rate, "of sgd and adam (0.1 and 1e-3)")->check(CLI::PositiveNumber);
    app.add_option("--momentum", s.momentum, "of sgd and alrao");
    app.add_option("--epochs", s.epochs)->capture_default_str();
    app.add_option("--batch", s.batch)->capture_default_str();
    app.add_option("--schedule", s.schedule)
        ->check(CLI::IsMember({"constant", "linear", "cosine", "inverse-sqrt"}))
        ->capture_default_str();
    app.add_option("--warm-up", s.warm_up, "steps of it");
    app.add_option("--seeds,--seed", s.seeds, "one run for each")->default_str("1");
    app.add_option("--threads", s.threads)->capture_default_str();
    app.add_option("--save", s.save, "file for the model; of several runs each has a name of its own");
    app.add_option("--csv", s.csv, "a line for each finished run; runs that are in it are not repeated");
    app.add_option("--curves", s.curves, "begins the names of files with the learning curves");
    app.add_flag("--compare", s.compare, "Alrao, Adam at 1e-3, SGD at each rate of the grid; one table");
    app.add_option("--grid", s.grid, "the rates of SGD in --compare")->check(CLI::PositiveNumber);
    app.add_flag("--quiet", s.quiet, "no progress");
}

inline Schedule schedule_of(const Settings& settings) {
    Schedule law = schedule::Constant{};
    if (settings.schedule == "linear") law = schedule::Linear{};
    if (settings.schedule == "cosine") law = schedule::Cosine{};
    if (settings.schedule == "inverse-sqrt") law = schedule::InverseSqrt{.scale = 1000};
    if (settings.warm_up > 0) return schedule::WarmUp{.steps = settings.warm_up, .then = law};
    return law;
}

/// What is learned, and how its pictures are prepared.
struct Pictures {
    Dataset<float> train, test;
    std::optional<Dataset<float>> validation{};
    std::vector<double> mean, deviation;  // of the channels
    AnyAugmentation<float> augmentation{};
};

/// How many of them there are: by this a run is known again.
struct Samples {
    std::size_t train = 0, validation = 0;
};
inline Samples samples_of(const Pictures& pictures) {
    return {pictures.train.size(), pictures.validation ? pictures.validation->size() : 0};
}

// ---- what came of it ------------------------------------------------------------------------------

struct Result {
    std::string name;
    std::uint64_t seed = 0;
    std::uint64_t diverged = 0;              // steps begun when it did; 0: it did not
    std::size_t epochs = 0, best_epoch = 0;  // best: by validation, if that stopped it
    double train_loss = 0, validation_loss = 0, validation_accuracy = 0;
    double test_loss = 0, test_accuracy = 0, seconds = 0;
};

/// Finished runs by what they were asked for, in a file of comma-separated values: a line for each.
class ResultFile {
public:
    /// Reads what is there; without a path there is nothing, and nothing is kept.
    explicit ResultFile(std::string path) : path_(std::move(path)) {
        if (path_.empty()) return;
        if (!std::ofstream(path_, std::ios::app)) throw std::runtime_error(path_ + ": cannot be written");
        std::ifstream file(path_);
        std::string line;
        if (!std::getline(file, line)) return;
        if (line != header()) throw std::runtime_error(path_ + ": is there, and not made by this program");
        begun_ = true;
        while (std::getline(file, line)) {
            const std::size_t key_end = nth_comma(line, key_fields);
            if (file.eof() || std::count(line.begin(), line.end(), ',') != key_fields + 8) {
                whole_ = false;  // cut short when it was written
                continue;
            }
            if (const auto result = values_of(line.substr(key_end)))
                results_[line.substr(0, key_end)] = *result;
        }
    }

    std::optional<Result> find(const Settings& s, const Samples& samples, std::uint64_t seed) const {
        const auto at = results_.find(key(s, samples, seed));
        if (at == results_.end()) return std::nullopt;
        Result r = at->second;
        r.name = s.name();
        r.seed = seed;
        return r;
    }

    void add(const Settings& s, const Samples& samples, const Result& r) {
        if (path_.empty()) return;
        std::ofstream file(path_, std::ios::app);
        if (!begun_) file << header() << '\n';
        if (!whole_) file << '\n';
        begun_ = whole_ = true;
        file << key(s, samples, r.seed) << ',' << r.diverged << ',' << r.epochs << ',' << r.best_epoch;
        for (const double value : {r.train_loss, r.validation_loss, r.validation_accuracy, r.test_loss,
                                   r.test_accuracy, r.seconds})
            file << ',' << number_text(value);
        file << std::endl;
        if (!file) throw std::runtime_error(path_ + ": cannot be written");
    }

private:
    static constexpr std::ptrdiff_t key_fields = 15;

    static const char* header() {
        return "network,width,optimizer,smallest_rate,largest_rate,copies,momentum,schedule,warm_up,"
               "max_epochs,patience,batch,train_samples,validation_samples,seed,"
               "steps_to_divergence,epochs,best_epoch,train_loss,validation_loss,validation_accuracy,"
               "test_loss,test_accuracy,seconds";
    }

    static std::string key(const Settings& s, const Samples& samples, std::uint64_t seed) {
        const double low = s.averaged() ? s.interval.first : s.one_rate();
        const double high = s.averaged() ? s.interval.second : s.one_rate();
        std::ostringstream text;
        text << s.network << ',' << s.width << ',' << s.optimizer << ',' << number_text(low) << ','
             << number_text(high) << ',' << (s.averaged() ? s.copies : 1) << ',' << number_text(s.momentum)
             << ',' << s.schedule << ',' << s.warm_up << ',' << s.epochs << ',' << s.patience << ','
             << s.batch << ',' << samples.train << ',' << samples.validation << ',' << seed;
        return text.str();
    }

    /// ",1,2,3": what a line says behind its key; nothing where it is no number, "inf" and "nan" are.
    static std::optional<Result> values_of(const std::string& text) {
        Result r;
        const char* at = text.c_str();
        bool good = true;
        const auto next = [&](auto& value) {
            char* end = nullptr;
            const double number = *at == ',' ? std::strtod(at + 1, &end) : 0;
            good = good && end != nullptr && end != at + 1;
            if (good) at = end;
            value = static_cast<std::remove_reference_t<decltype(value)>>(number);
        };
        next(r.diverged), next(r.epochs), next(r.best_epoch), next(r.train_loss);
        next(r.validation_loss), next(r.validation_accuracy), next(r.test_loss);
        next(r.test_accuracy), next(r.seconds);
        return good ? std::optional(r) : std::nullopt;
    }

    static std::size_t nth_comma(const std::string& line, std::ptrdiff_t n) {
        std::size_t at = 0;
        for (; at < line.size(); ++at)
            if (line[at] == ',' && --n == 0) break;
        return at;
    }

    std::string path_;
    bool begun_ = false, whole_ = true;
    std::map<std::string, Result> results_{};
};

// ---- tables ---------------------------------------------------------------------------------------

inline void print_build(const Settings& settings, const std::string& network) {
    const BuildInfo build = build_info();
    std::cout << "alrao " << build.version << ", " << build.compiler << ", " << build.instruction_set
              << ", products by " << build.backend << ", " << settings.threads
              << (settings.threads == 1 ? " thread" : " threads") << "\n"
              << "network " << network << ", batch " << settings.batch << ", " << settings.epochs
              << " epochs, schedule " << settings.schedule << "\n\n";
}

/// The step as the error has it: how many were taken before.
inline void print_divergence(const Result& r) {
    std::printf("diverged at step %llu\n", static_cast<unsigned long long>(r.diverged - 1));
}

inline void print_results(const std::vector<Result>& results) {
    std::printf("%-28s %5s %10s %10s %10s %11s %9s\n", "optimizer", "seed", "test acc.", "test loss",
                "val. loss", "train loss", "seconds");
    for (const Result& r : results) {
        std::printf("%-28s %5llu ", r.name.c_str(), static_cast<unsigned long long>(r.seed));
        if (r.diverged > 0) print_divergence(r);
        else
            std::printf("%10.4f %10.4f %10s %11.4f %9.1f\n", r.test_accuracy, r.test_loss,
                        r.validation_loss > 0 ? short_text(r.validation_loss).c_str() : "-", r.train_loss,
                        r.seconds);
    }
    std::fflush(stdout);
}

struct Moments {
    std::size_t n = 0;
    double mean = 0, deviation = 0;  // the deviation of a sample: n - 1
};

/// Of one figure of the runs that did not diverge.
inline Moments moments(const std::vector<Result>& results, double Result::*value) {
    Moments m;
    for (const Result& r : results) {
        if (r.diverged > 0) continue;
        ++m.n;
        m.mean += r.*value;
    }
    if (m.n > 0) m.mean /= static_cast<double>(m.n);
    for (const Result& r : results)
        if (r.diverged == 0) m.deviation += (r.*value - m.mean) * (r.*value - m.mean);
    m.deviation = m.n > 1 ? std::sqrt(m.deviation / static_cast<double>(m.n - 1)) : 0;
    return m;
}

inline void print_summary(const std::string& title, const std::vector<Result>& results) {
    const Moments accuracy = moments(results, &Result::test_accuracy),
                  loss = moments(results, &Result::test_loss),
                  validation = moments(results, &Result::validation_loss);
    std::printf("%-44s n %2zu  test acc. %.4f +- %.4f  test loss %.4f +- %.4f", title.c_str(), accuracy.n,
                accuracy.mean, accuracy.deviation, loss.mean, loss.deviation);
    if (validation.mean > 0) std::printf("  val. loss %.4f +- %.4f", validation.mean, validation.deviation);
    std::printf("\n");
}

// ---- the uses -------------------------------------------------------------------------------------

/// Trains once: on pictures, or on whatever it has with it.
using RunOne = std::function<Result(const Settings&, const Pictures&, std::uint64_t seed)>;
using RunSeed = std::function<Result(const Settings&, std::uint64_t seed)>;

inline std::vector<Result> run_seeds(const Settings& settings, const Samples& samples, ResultFile& finished,
                                     const RunSeed& run) {
    std::vector<Result> results;
    for (const std::uint64_t seed : settings.seeds) {
        if (auto known = finished.find(settings, samples, seed)) {
            if (!settings.save.empty() && !settings.quiet)
                std::cerr << "note: " << settings.name() << ", seed " << seed << ", is in " << settings.csv
                          << " already: nothing is saved\n";
            results.push_back(*known);
            continue;
        }
        results.push_back(run(settings, seed));
        finished.add(settings, samples, results.back());
    }
    return results;
}
inline std::vector<Result> run_seeds(const Settings& settings, const Pictures& pictures, ResultFile& finished,
                                     const RunOne& run) {
    return run_seeds(settings, samples_of(pictures), finished,
                     [&](const Settings& s, std::uint64_t seed) { return run(s, pictures, seed); });
}

/// Runs of one optimizer, by its name.
using Cell = std::pair<std::string, std::vector<Result>>;

/// Alrao, Adam, and SGD at each rate of the grid.
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

inline void train(const Settings& settings, const Pictures& pictures, const RunOne& run) {
    ResultFile finished(settings.csv);
    const std::vector<Result> results = run_seeds(settings, pictures, finished, run);
    print_results(results);
    if (results.size() > 1) print_summary(settings.name(), results);
}

inline void compare(const Settings& settings, const Pictures& pictures, const RunOne& run) {
    const std::vector<Cell> cells =
        run_all(settings, samples_of(pictures),
                [&](const Settings& s, std::uint64_t seed) { return run(s, pictures, seed); });
    print_results(results_of(cells));
    if (settings.seeds.size() == 1) return;
    std::printf("\n");
    for (const auto& [name, results] : cells) print_summary(name, results);
}

/// Reads the arguments, or says what is wrong with them and ends the program.
inline void parse(CLI::App& app, int argc, char** argv) {
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error));
    }
}

}  // namespace examples
