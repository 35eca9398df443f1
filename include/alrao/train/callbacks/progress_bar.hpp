#pragma once

#include <alrao/train/callbacks/detail/terminal.hpp>
#include <alrao/train/callbacks/fit_summary.hpp>
#include <alrao/train/events.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao {

/// Callback that shows the progress of training. On a terminal it updates a line during the epoch; on other
/// outputs it prints one line per epoch. It prints notes when they occur, and a summary at the end
/// (`fit_summary`). Lines are not wider than the terminal. The environment variable COLUMNS limits their
/// width; NO_COLOR, if it is not empty, disables colours.
///
/// The remaining time is estimated from the steps of this fit after the first one, including validation; the
/// work before the first step does not affect it.
class ProgressBar {
public:
    /// `stream`: where it writes, by default stderr.
    explicit ProgressBar(std::FILE* stream = stderr) : screen_(stream) {}

    void preparing(const Preparing& event) {
        screen_.look();
        if (!screen_.live()) return;
        const std::string text =
            "preparing: " + std::string(event.what) + " (" + std::to_string(event.samples) + " samples) ...";
        screen_.draw(terminal::cut_to(text, screen_.room()));
    }

    void fit_begin(const FitBegin& event) {
        screen_.look();
        throttle_.reset();
        shown_ = 0;
        done_ = 0;
        all_ = event.fit_steps > 0 ? event.fit_steps : std::uint64_t{event.epochs} * event.steps;
        features_ = event.features;
        explained_ = false;
        show_messages(event.history);
    }

    void step_end(const StepEnd& event) {
        if (++done_ == 1) first_ = event.seconds;
        if (screen_.live() && throttle_(event.seconds)) draw(event);
    }

    void epoch_end(const EpochEnd& event) {
        const Epoch& epoch = event.record;
        std::string line = "epoch " + std::to_string(epoch.number) + "/" + std::to_string(event.epochs);
        if (epoch.partial())
            line += " (" + std::to_string(epoch.last - epoch.first) + " of " + std::to_string(epoch.of) +
                    " samples)";
        line += "  " + terminal::duration_text(epoch.seconds);
        const std::string pruned = pruned_text(epoch);
        const std::string wide = line + scores(epoch, false) + pruned;
        const bool fits = !screen_.live() || terminal::text_width(wide) <= screen_.room();
        screen_.line(fits ? wide : line + scores(epoch, true) + pruned);
        if (epoch.quarantined > 0 && !explained_) {
            screen_.line(
                "note: features and copies are pruned if their rate is too large. This is normal if rates "
                "are drawn over several orders of magnitude; the network works without them");
            explained_ = true;
        }
        throttle_.reset();
        show_messages(event.history);
    }

    void fit_end(const FitEnd& event) {
        show_messages(event.history);
        for (const std::string& line : fit_summary(event.history, features_)) screen_.line(line);
    }

private:
    static std::string scores(const Epoch& epoch, bool narrow) {
        const Evaluation& train = epoch.training;
        if (!epoch.validation) return "  " + terminal::scores_text(train);
        const Evaluation& held_out = *epoch.validation;
        if (!narrow || !train.measured)
            return "  " + terminal::scores_text(train) + "  " + terminal::scores_text(held_out, "val_");
        return "  loss " + short_text(train.loss) + " (val " + short_text(held_out.loss) + ")  " +
               train.measure_name() + " " + short_text(train.measure()) + " (val " +
               short_text(held_out.measure()) + ")";
    }

    static std::string pruned_text(const Epoch& epoch) {
        const std::size_t features = epoch.quarantined - std::min(epoch.copies_lost, epoch.quarantined);
        std::string text;
        if (features > 0) text += "  pruned " + detail::counted(features, "feature", "features");
        if (epoch.copies_lost > 0) text += "  pruned " + detail::counted(epoch.copies_lost, "copy", "copies");
        return text;
    }

    void show_messages(const History& history) {
        for (; shown_ < history.messages.size(); ++shown_) screen_.line("note: " + history.messages[shown_]);
    }

    /// The remaining time, from the pace of the steps after the first one.
    std::string left_text(double seconds) const {
        if (done_ < 2 || done_ > all_) return "";
        const double pace = (seconds - first_) / static_cast<double>(done_ - 1);
        return "  left " + terminal::duration_text(pace * static_cast<double>(all_ - done_));
    }

    void draw(const StepEnd& event) {
        const std::string before =
            "epoch " + std::to_string(event.epoch) + "/" + std::to_string(event.epochs) + " ";
        const std::string count = std::to_string(event.step) + "/" + std::to_string(event.steps);
        const std::string loss = "  loss " + short_text(event.so_far.loss);
        const std::string left = left_text(event.seconds);
        const std::size_t room = screen_.room();
        // If the line is too long, the measure is omitted first, then the loss.
        std::string after = count + "  " + terminal::scores_text(event.so_far) + left;
        if (before.size() + after.size() > room) after = count + loss + left;
        if (before.size() + after.size() > room) after = count + left;
        const std::size_t taken = before.size() + after.size() + 3;  // brackets and a space
        if (taken + 5 > room) return screen_.draw(terminal::cut_to(before + after, room));
        const std::size_t length = std::min<std::size_t>(30, room - taken);
        const double done = static_cast<double>(event.step) / static_cast<double>(event.steps);
        const auto filled = static_cast<std::size_t>(done * static_cast<double>(length));
        const std::string bar(filled, '='), rest(length - filled, ' ');
        screen_.draw(before + (screen_.color() ? "[\x1b[32m" + bar + "\x1b[0m" : "[" + bar) + rest + "] " +
                     after);
    }

    terminal::Screen screen_;
    std::size_t shown_ = 0, features_ = 0;
    std::uint64_t done_ = 0, all_ = 0;  // steps of this fit
    double first_ = 0;                  // seconds at the end of its first step
    bool explained_ = false;
    terminal::Throttle throttle_{};
};

}  // namespace alrao

#pragma GCC diagnostic pop
