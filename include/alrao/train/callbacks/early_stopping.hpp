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

/// Whether a monitored value improves by decreasing or by increasing. Automatic: accuracy increases, others decrease.
enum class Improves : unsigned char { automatic, downwards, upwards };

template <class Net>
class EarlyStoppingRun;

/// Callback that ends a fit when a value on the validation data no longer improves, and restores the weights of the
/// best epoch. Names and meaning of the options are those of Keras, with two differences: the best weights are
/// restored by default, and values on training data are rejected. As in Keras, a patience of 0 acts like 1: the fit
/// ends after the first epoch without improvement, but never after epoch 1. The Alrao paper stops after 20
/// epochs without improvement: .patience = 20. The program of its authors allows 20 such epochs and stops
/// after the next one: .patience = 21. The restored weights are bit-identical to those of the best epoch;
/// features that were pruned later are pruned again when another fit continues. Patience and the best epoch
/// refer to one fit: a loop of fits of one epoch each is never stopped.
struct EarlyStopping {
    static constexpr bool attaches = true;  ///< `fit` calls the object that `attach` returns (see Callback)

    std::string monitor = "val_loss";  ///< "val_loss", "val_accuracy" or "val_rmse"
    double min_delta = 0;              ///< a change of the value must exceed this to be an improvement
    std::size_t patience = 0;          ///< number of consecutive epochs without improvement that end the fit
    Improves mode = Improves::automatic;  ///< automatic: accuracy upwards, the others downwards
    std::optional<double> baseline{};     ///< only an improvement on this value resets the count of epochs
    bool restore_best_weights = true;     ///< at the end of the fit, also if it was not stopped early
    std::size_t start_from_epoch = 0;     ///< number of epochs at the beginning that are not monitored

    /// The callback for one fit of this model.
    template <class Net>
    [[nodiscard]] EarlyStoppingRun<Net> attach(Net& net) const {
        return EarlyStoppingRun<Net>(*this, net);
    }
};

/// The callback that EarlyStopping::attach returns for one fit. Keeps a copy of the best model so far, if its
/// weights are to be restored.
template <class Net>
class EarlyStoppingRun {
public:
    EarlyStoppingRun(const EarlyStopping& options, Net& net) : options_(options), net_(&net) {}

    /// @throws ArgumentError without validation data, or if the value cannot be monitored
    void fit_begin(const FitBegin& event) {
        const std::string measure = event.task == Task::classification ? "val_accuracy" : "val_rmse";
        if (options_.monitor != "val_loss" && options_.monitor != measure)
            fail({"alrao: EarlyStopping: .monitor = \"", options_.monitor,
                  "\": this fit has \"val_loss\" and \"", measure,
                  "\" (values on training data do not show when to stop)"});
        if (!event.has_validation)
            fail(
                "alrao: EarlyStopping needs validation data: set .validation of fit, for instance to a "
                "part from split()");
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
            event.history.best_epoch =
                best_epoch_;  // for callbacks whose fit_end is called before this one's
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
    // The value or its negative, so that smaller is better.
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
                                                          : " was not finite in any epoch"));
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
