#pragma once

// The figures of a run, and a CSV file of finished runs: a program that was stopped continues with the runs that are
// not in the file.

#include "settings.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace experiments {

/// How many samples a run has. `ResultFile` compares these numbers.
struct Samples {
    std::size_t train = 0, validation = 0;
};

struct Result {
    std::string name;
    std::uint64_t seed = 0;
    std::uint64_t diverged = 0;              // 1 + step at which the run diverged; 0: it did not
    std::size_t epochs = 0, best_epoch = 0;  // best_epoch: with early stopping, else 0
    double train_loss = 0, validation_loss = 0, validation_accuracy = 0;
    double test_loss = 0, test_accuracy = 0, seconds = 0;
};

/// Finished runs in a CSV file, one line each. The first columns are the settings of the run: they identify it.
class ResultFile {
public:
    /// Reads the file if it exists. With an empty path no run is known and none is written.
    explicit ResultFile(std::string path) : path_(std::move(path)) {
        if (path_.empty()) return;
        if (!std::ofstream(path_, std::ios::app)) throw std::runtime_error(path_ + ": cannot be written");
        std::ifstream file(path_);
        std::string line;
        if (!std::getline(file, line)) return;
        if (line != header())
            throw std::runtime_error(path_ + ": exists, but was not written by this program");
        begun_ = true;
        while (std::getline(file, line)) {
            const std::size_t key_end = nth_comma(line, key_fields);
            if (file.eof() || std::count(line.begin(), line.end(), ',') != key_fields + 8) {
                whole_ = false;  // the program was stopped while it wrote this line
                continue;
            }
            if (const auto result = values_of(line.substr(key_end)))
                results_[line.substr(0, key_end)] = *result;
        }
    }

    /// The result of an earlier run with these settings, if the file has it.
    std::optional<Result> find(const Settings& s, const Samples& samples, std::uint64_t seed) const {
        const auto at = results_.find(key(s, samples, seed));
        if (at == results_.end()) return std::nullopt;
        Result r = at->second;
        r.name = s.name();
        r.seed = seed;
        return r;
    }

    /// Appends a run to the file.
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

    /// Parses the columns after the key, ",1,2,3...". Returns nullopt if one of them is not a number; "inf" and "nan"
    /// are accepted as numbers.
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

}  // namespace experiments
