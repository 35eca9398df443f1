#pragma once

#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/train/events.hpp>

#include <cstddef>
#include <optional>
#include <string>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao {

/// Which way a monitored value improves.
enum class Improves : unsigned char { automatic, downwards, upwards };

template <class Net>
class EarlyStoppingRun;

/// Ends a fit when the validation data say that it no longer gets better, and puts the weights of
/// the best epoch back. Names and meaning are Keras'; but the best weights are restored unless told
/// otherwise, and values of the training data are refused. As in Keras a patience of 0 is one of 1:
/// the first epoch that does not improve is the last, unless it is the first of all. Alrao's paper
/// stops after 20 epochs without improvement: .patience = 20; its authors' program bears 20 and
/// stops after the next: .patience = 21. The weights put back are those of the best epoch to the
/// bit; features that were pruned later are pruned again when another fit goes on from there. Patience
/// and the best epoch are those of one fit: a loop of fits of one epoch each is never stopped.
struct EarlyStopping {
    static constexpr bool attaches = true;

    std::string monitor = "val_loss";     ///< or "val_accuracy", "val_rmse"
    double min_delta = 0;                 ///< an improvement is more than this
    std::size_t patience = 0;             ///< so many epochs without one in a row end the fit
    Improves mode = Improves::automatic;  ///< accuracy upwards, the others downwards
    std::optional<double> baseline{};     ///< only an improvement on this, too, renews patience
    bool restore_best_weights = true;     ///< also when the fit ends by itself
    std::size_t start_from_epoch = 0;     ///< epochs at the beginning that do not count

    /// What watches one fit of this model.
    template <class Net>
    [[nodiscard]] EarlyStoppingRun<Net> attach(Net& net) const {
        return EarlyStoppingRun<Net>(*this, net);
    }
};

/// An EarlyStopping at work: remembers the best model so far.
template <class Net>
class EarlyStoppingRun {
public:
    EarlyStoppingRun(const EarlyStopping& options, Net& net) : options_(options), net_(&net) {}

    /// @throws ArgumentError without validation data, or on a value that cannot be monitored
    void fit_begin(const FitBegin& event) {
        const std::string measure = event.task == Task::classification ? "val_accuracy" : "val_rmse";
        if (options_.monitor != "val_loss" && options_.monitor != measure)
            fail({"alrao: EarlyStopping: .monitor = \"", options_.monitor,
                  "\": this fit has \"val_loss\" and \"", measure,
                  "\" (training data cannot tell when to stop)"});
        if (!event.has_validation)
            fail(
                "alrao: EarlyStopping needs validation data: give fit .validation, for instance a "
                "part that split() sets aside");
    }

    bool epoch_end(const EpochEnd& event) {
        if (!event.record.validation || event.record.number <= options_.start_from_epoch) return false;
        const double value = turned(monitored(*event.record.validation));
        ++waited_;
        if (!is_finite(value) || (best_epoch_ > 0 && !improves(value, best_)))
            return waited_ >= options_.patience && event.record.number > 1 && stop(event);
        best_ = value;
        best_epoch_ = event.record.number;
        if (!options_.baseline || improves(value, turned(*options_.baseline))) waited_ = 0;
        if (options_.restore_best_weights) {
            best_net_ = *net_;
            event.history.best_epoch = best_epoch_;  // for whoever is told of the end before this
        }
        return false;
    }

    void fit_end(const FitEnd& event) {
        if (!best_net_) return;
        *net_ = *best_net_;
        event.history.best_epoch = best_epoch_;
    }

private:
    double monitored(const Evaluation& e) const {
        return options_.monitor == "val_loss" ? e.loss : e.measure();
    }
    // So that less is better.
    double turned(double value) const {
        const bool upwards = options_.mode == Improves::upwards ||
                             (options_.mode == Improves::automatic && options_.monitor == "val_accuracy");
        return upwards ? -value : value;
    }
    bool improves(double value, double on) const { return value < on - options_.min_delta; }
    bool stop(const EpochEnd& event) {
        event.history.messages.push_back("stopped after epoch " + std::to_string(event.record.number) + ": " +
                                         options_.monitor +
                                         (best_epoch_ > 0 ? " is best in epoch " + std::to_string(best_epoch_)
                                                          : " is finite in no epoch"));
        return true;
    }

    EarlyStopping options_;
    Net* net_;
    double best_ = 0;
    std::size_t best_epoch_ = 0, waited_ = 0;
    std::optional<Net> best_net_{};
};

}  // namespace alrao

#pragma GCC diagnostic pop
