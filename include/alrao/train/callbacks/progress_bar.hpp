#pragma once

#include <alrao/train/callbacks/terminal.hpp>
#include <alrao/train/events.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao {

/// Shows how training goes, on stderr: on a terminal a line that is redrawn within the epoch, anywhere
/// else one line per epoch. Heeds $COLUMNS and $NO_COLOR.
class ProgressBar {
public:
    explicit ProgressBar(std::FILE* stream = stderr) : stream_(stream) {}

    void fit_begin(const FitBegin& event) {
        live_ = terminal::is_live(stream_);
        color_ = terminal::has_color(stream_);
        throttle_.reset();
        shown_ = 0;
        show_messages(event.history);
    }

    void step_end(const StepEnd& event) {
        if (live_ && throttle_(event.seconds)) draw(event);
    }

    void epoch_end(const EpochEnd& event) {
        const Epoch& epoch = event.record;
        std::string line = "epoch " + std::to_string(epoch.number) + "/" +
                           std::to_string(event.epochs) + "  " +
                           terminal::duration_text(epoch.seconds) + "  " +
                           terminal::scores_text(epoch.training);
        if (epoch.validation) line += "  " + terminal::scores_text(*epoch.validation, "val_");
        if (epoch.quarantined > 0)
            line += "  pruned " + std::to_string(epoch.quarantined) +
                    (epoch.quarantined == 1 ? " feature" : " features");
        terminal::write_line(stream_, live_, line);
        throttle_.reset();
        show_messages(event.history);
    }

    void fit_end(const FitEnd& event) { show_messages(event.history); }

private:
    void show_messages(const History& history) {
        for (; shown_ < history.messages.size(); ++shown_)
            terminal::write_line(stream_, live_, "note: " + history.messages[shown_]);
    }

    void draw(const StepEnd& event) {
        const double done = static_cast<double>(event.step) / static_cast<double>(event.steps);
        const double all = (static_cast<double>(event.epoch - 1) + done) /
                           static_cast<double>(event.epochs);
        const std::string before =
            "epoch " + std::to_string(event.epoch) + "/" + std::to_string(event.epochs) + " ";
        const std::string after =
            " " + std::to_string(event.step) + "/" + std::to_string(event.steps) + "  " +
            terminal::scores_text(event.so_far) + "  left " +
            terminal::duration_text(event.seconds * (1 - all) / all);
        // One column stays free: some terminals break the line when the last one is written.
        const std::size_t width = std::max<std::size_t>(terminal::columns(stream_), 2) - 1;
        const std::size_t text = before.size() + after.size() + 2;
        std::string line = before;
        if (text + 5 <= width) {
            const std::size_t length = std::min<std::size_t>(30, width - text);
            const auto filled = static_cast<std::size_t>(done * static_cast<double>(length));
            const std::string bar(filled, '=');
            const std::string rest(length - filled, ' ');
            line += color_ ? "[\x1b[32m" + bar + "\x1b[0m" + rest + "]" : "[" + bar + rest + "]";
            line += after;
        } else {
            line = (before + after.substr(1)).substr(0, width);
        }
        terminal::write(stream_, "\r\x1b[K" + line);
    }

    std::FILE* stream_;
    bool live_ = false, color_ = false;
    std::size_t shown_ = 0;
    terminal::Throttle throttle_{};
};

}  // namespace alrao

#pragma GCC diagnostic pop
