#pragma once

#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/number_text.hpp>
#include <alrao/train/events.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao {

/// Writes a line per epoch into a file of comma-separated values, complete after each: epoch, step,
/// seconds since the fit began, loss and accuracy (or rmse) in training and validation (empty if
/// there is none), features and copies pruned in the epoch, and the weight of each copy of the head,
/// counted from 0 as in paths and errors.
class CsvLogger {
public:
    explicit CsvLogger(std::string path) : path_(std::move(path)) {}

    /// @throws Error if the file cannot be made
    void fit_begin(const FitBegin& event) {
        file_.reset(std::fopen(path_.c_str(), "w"));
        if (!file_) fail<Error>("alrao: CsvLogger: " + path_ + ": " + std::strerror(errno));
        const std::string measure = event.task == Task::classification ? "accuracy" : "rmse";
        std::string line = "epoch,step,seconds,loss," + measure + ",val_loss,val_" + measure +
                           ",quarantined";
        for (std::size_t j = 0; event.copies > 1 && j < event.copies; ++j)
            line += ",weight_" + std::to_string(j);
        write(line);
    }

    /// @throws Error if the line cannot be written
    void epoch_end(const EpochEnd& event) {
        const Epoch& epoch = event.record;
        std::string line = std::to_string(epoch.number) + "," + std::to_string(epoch.steps) + "," +
                           number_text(event.seconds) + "," + number_text(epoch.training.loss) +
                           "," + measure_text(epoch.training) + ",";
        if (epoch.validation)
            line += number_text(epoch.validation->loss) + "," + measure_text(*epoch.validation);
        else
            line += ",";
        line += "," + std::to_string(epoch.quarantined);
        for (const double weight : epoch.copy_weights)
            if (epoch.copy_weights.size() > 1) line += "," + number_text(weight);
        write(line);
    }

    void fit_end(const FitEnd&) { file_.reset(); }

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    static std::string measure_text(const Evaluation& e) {
        return e.measured ? number_text(e.measure()) : "";
    }

    void write(const std::string& line) {
        if (std::fputs((line + "\n").c_str(), file_.get()) < 0 || std::fflush(file_.get()) != 0)
            fail<Error>("alrao: CsvLogger: " + path_ + ": " + std::strerror(errno));
    }

    std::string path_;
    std::unique_ptr<std::FILE, Close> file_{};
};

}  // namespace alrao

#pragma GCC diagnostic pop
