#pragma once

#include <alrao/io/atomic_file.hpp>
#include <alrao/report/histogram.hpp>
#include <alrao/report/line_plot.hpp>
#include <alrao/report/rate_spectrum.hpp>
#include <alrao/report/run_curves.hpp>
#include <alrao/report/svg.hpp>
#include <alrao/train/events.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao {

/// Callback that writes a page about the training: curves of loss and accuracy (or rmse), the weights of the copies of
/// the head, the learning rates, a table of the epochs, and all notes. The page is one HTML file with pictures in it; it
/// needs no other file and no network. It is written after each epoch and at the end, each time completely (see
/// io::AtomicFile).
///
///     fit(net, optimizer, data, {.epochs = 5}, Report{"run.html", optimizer});
class Report {
public:
    /// @param path of the page; an existing file is replaced
    explicit Report(std::filesystem::path path) : path_(std::move(path)) {}
    /// With a histogram of the learning rates.
    /// @param optimizer the optimizer of the fit; the report refers to it
    template <class Optimizer>
    Report(std::filesystem::path path, const Optimizer& optimizer)
        : path_(std::move(path)), spectrum_([&optimizer] { return report::rate_spectrum(optimizer); }) {}

    void fit_begin(const FitBegin& event) {
        curves_.begin(event.copies);
        measure_ = event.task == Task::classification ? "accuracy" : "rmse";
    }
    void step_end(const StepEnd& event) {
        curves_.add(static_cast<double>(event.total_steps), event.batch.loss, event.posterior);
    }
    /// @throws FileError if the page cannot be written
    void epoch_end(const EpochEnd& event) { write(event.history); }
    /// @throws FileError if the page cannot be written
    void fit_end(const FitEnd& event) { write(event.history); }

    /// The page about the fit so far.
    [[nodiscard]] std::string html(const History& history) const {
        std::string page =
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Training</title>\n<style>"
            "body{font-family:sans-serif;max-width:1320px;margin:1em auto;padding:0 1em;color:#222;background:#fff}"
            "table{border-collapse:collapse}td,th{padding:.2em .8em;text-align:right;border-bottom:1px solid #ddd}"
            "svg{max-width:100%;height:auto;margin:.3em}</style></head><body>\n<h1>Training</h1>\n<p>" +
            report::markup_text(summary(history)) + "</p>\n<div>\n" + loss_plot(history).svg();
        if (const report::LinePlot plot = measure_plot(history); !plot.series.empty()) page += plot.svg();
        if (!curves_.weights().empty()) page += weights_plot(history).svg();
        if (spectrum_) page += spectrum_().svg();
        page += "</div>\n" + table(history);
        for (const std::string& note : history.messages)
            page += "<p>note: " + report::markup_text(note) + "</p>\n";
        return page + "</body></html>\n";
    }

private:
    void write(const History& history) const {
        const std::string page = html(history);
        io::AtomicFile file(path_);
        file.write(std::as_bytes(std::span(page)));
        file.commit();
    }

    static std::string summary(const History& history) {
        if (history.epochs.empty()) return "No epoch has ended.";
        const bool best = history.best_epoch > 0 && history.best_epoch <= history.epochs.size();
        const Epoch& kept = best ? history.epochs[history.best_epoch - 1] : history.epochs.back();
        const Evaluation& shown = kept.validation ? *kept.validation : kept.training;
        std::string text =
            std::to_string(history.epochs.size()) + (history.epochs.size() == 1 ? " epoch" : " epochs") +
            ", " + std::to_string(kept.steps) + " steps; epoch " + std::to_string(kept.number) + ": " +
            (kept.validation ? "validation" : "training") + " loss " + short_text(shown.loss);
        if (shown.measured)
            text += ", " + std::string(shown.measure_name()) + " " + short_text(shown.measure());
        return text + ".";
    }

    /// One value of each epoch at its last step, without the epochs that have none.
    static report::Series by_epoch(const History& history, bool validation, bool of_loss) {
        report::Series series{.name = validation ? "validation" : "training"};
        for (const Epoch& epoch : history.epochs) {
            const Evaluation* const found = validation ? validation_of(epoch) : &epoch.training;
            if (found == nullptr || (!of_loss && !found->measured)) continue;
            series.x.push_back(static_cast<double>(epoch.steps));
            series.y.push_back(of_loss ? found->loss : found->measure());
        }
        return series;
    }
    static const Evaluation* validation_of(const Epoch& epoch) {
        return epoch.validation ? &*epoch.validation : nullptr;
    }

    static void add(report::LinePlot& plot, report::Series series) {
        if (!series.x.empty()) plot.series.push_back(std::move(series));
    }

    report::LinePlot loss_plot(const History& history) const {
        report::LinePlot plot{.labels = {"Loss", "step", "loss (nats)"}};
        plot.series.push_back({.name = "training", .x = curves_.steps(), .y = curves_.losses()});
        add(plot, by_epoch(history, true, true));
        return plot;
    }
    report::LinePlot measure_plot(const History& history) const {
        report::LinePlot plot{.labels = {measure_, "step", measure_}};
        for (const bool validation : {false, true}) add(plot, by_epoch(history, validation, false));
        return plot;
    }
    report::LinePlot weights_plot(const History& history) const {
        report::LinePlot plot{.labels = {"Weights of the copies of the head", "step", "weight"}};
        for (std::size_t j = 0; j < curves_.weights().size(); ++j) {
            std::string name = "copy " + std::to_string(j);
            if (j < history.copy_rates.size()) name += ", rate " + report::tick_text(history.copy_rates[j]);
            plot.series.push_back({.name = std::move(name), .x = curves_.steps(), .y = curves_.weights()[j]});
        }
        return plot;
    }

    std::string table(const History& history) const {
        std::string text = "<table><tr><th>epoch</th><th>steps</th><th>training loss</th><th>training " +
                           measure_ + "</th><th>validation loss</th><th>validation " + measure_ +
                           "</th><th>pruned</th><th>seconds</th></tr>\n";
        const auto cells = [](const Evaluation* e) {
            if (e == nullptr) return std::string("<td></td><td></td>");
            return "<td>" + short_text(e->loss) + "</td><td>" +
                   (e->measured ? short_text(e->measure()) : "") + "</td>";
        };
        for (const Epoch& epoch : history.epochs)
            text += "<tr><td>" + std::to_string(epoch.number) + "</td><td>" + std::to_string(epoch.steps) +
                    "</td>" + cells(&epoch.training) + cells(validation_of(epoch)) + "<td>" +
                    std::to_string(epoch.quarantined) + "</td><td>" + short_text(epoch.seconds) +
                    "</td></tr>\n";
        return text + "</table>\n";
    }

    std::filesystem::path path_;
    std::function<report::Histogram()> spectrum_{};
    report::RunCurves curves_{};
    std::string measure_ = "accuracy";
};

}  // namespace alrao

#pragma GCC diagnostic pop
