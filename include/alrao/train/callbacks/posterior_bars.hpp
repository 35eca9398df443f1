#pragma once

#include <alrao/train/callbacks/terminal.hpp>
#include <alrao/train/events.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao {

/// Shows which copies of the head the data believe in: on a terminal a bar for each copy with its
/// learning rate, redrawn as training goes; after each epoch, and anywhere else, one line. Goes
/// together with a ProgressBar, in either order. Copies count from 0, as in paths and errors.
class PosteriorBars {
public:
    explicit PosteriorBars(std::FILE* stream = stderr) : stream_(stream) {}

    void fit_begin(const FitBegin& event) {
        live_ = terminal::is_live(stream_);
        color_ = terminal::has_color(stream_);
        many_ = event.copies > 1;
        throttle_.reset();
    }

    void step_end(const StepEnd& event) {
        if (live_ && many_ && throttle_(event.seconds)) draw(event);
    }

    void epoch_end(const EpochEnd& event) {
        if (!many_) return;
        const std::size_t best = event.posterior.best();
        std::string line = "copies";
        for (std::size_t j = 0; j < event.posterior.copies(); ++j)
            line += " " + percent(event.posterior.weight(j));
        line += "  best " + std::to_string(best);
        if (best < event.history.copy_rates.size())
            line += ", rate " + rate_text(event.history.copy_rates[best]);
        terminal::write_line(stream_, live_, line);
        throttle_.reset();
    }

private:
    static std::string percent(double weight) {
        return std::to_string(std::lround(100 * weight)) + "%";
    }
    static std::string rate_text(double rate) {
        std::array<char, 32> text{};
        const auto end = std::to_chars(text.data(), text.data() + text.size(), rate,
                                       std::chars_format::general, 3).ptr;
        return std::string(text.data(), end);
    }

    // Draws below the line the cursor is on, and comes back to it.
    void draw(const StepEnd& event) {
        const std::size_t copies = event.posterior.copies();
        const std::size_t width = std::max<std::size_t>(terminal::columns(stream_), 30) - 20;
        std::string text;
        for (std::size_t j = 0; j < copies; ++j) {
            const double weight = event.posterior.weight(j);
            std::string rate = j < event.copy_rates.size() ? rate_text(event.copy_rates[j]) : "";
            rate.resize(9, ' ');
            const auto length = static_cast<std::size_t>(
                std::lround(weight * static_cast<double>(std::min<std::size_t>(width, 40))));
            const bool marked = color_ && j == event.posterior.best();
            text += "\n\r\x1b[K  " + rate + (marked ? "\x1b[1;32m" : "") +
                    std::string(length, '#') + (marked ? "\x1b[0m " : " ") + percent(weight);
        }
        terminal::write(stream_, text + "\x1b[" + std::to_string(copies) + "A\r");
    }

    std::FILE* stream_;
    bool live_ = false, color_ = false, many_ = false;
    terminal::Throttle throttle_{};
};

}  // namespace alrao

#pragma GCC diagnostic pop
