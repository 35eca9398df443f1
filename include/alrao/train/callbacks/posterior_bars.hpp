#pragma once

#include <alrao/tensor/finite.hpp>
#include <alrao/train/callbacks/detail/terminal.hpp>
#include <alrao/train/events.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao {

/// Callback that shows the weights of the copies of the head. On a terminal it draws a bar for each copy with
/// its learning rate, updated during the epoch. After each epoch it prints one line. If the output is
/// not a terminal, this line is all that it prints. It can be combined with a ProgressBar, in either order.
/// Copies are counted from 0. Lines are not wider than the terminal; if the terminal has fewer lines than
/// there are copies, only the copies with the largest weights have bars.
class PosteriorBars {
public:
    /// `stream`: where it writes, by default stderr.
    explicit PosteriorBars(std::FILE* stream = stderr) : screen_(stream) {}

    void fit_begin(const FitBegin& event) {
        screen_.look();
        many_ = event.copies > 1;
        throttle_.reset();
    }

    void step_end(const StepEnd& event) {
        if (screen_.live() && many_ && throttle_(event.seconds)) draw(event);
    }

    void epoch_end(const EpochEnd& event) {
        if (!many_) return;
        const std::size_t best = event.posterior.best();
        std::string line = "copies";
        for (std::size_t j = 0; j < event.posterior.copies(); ++j)
            line += " " + terminal::percent_text(event.posterior.weight(j));
        line += "  best " + std::to_string(best);
        if (best < event.history.copy_rates.size())
            line += ", rate " + terminal::rate_text(event.history.copy_rates[best]);
        screen_.line(line);
        throttle_.reset();
    }

private:
    /// Whether this copy is among the `most` copies with the largest weights.
    static bool has_bar(const Posterior& posterior, std::size_t copy, std::size_t most) {
        std::size_t heavier = 0;
        for (std::size_t j = 0; j < posterior.copies(); ++j) {
            const double other = posterior.weight(j), own = posterior.weight(copy);
            heavier += other > own || (is_same_number(other, own) && j < copy) ? 1U : 0U;
        }
        return heavier < most;
    }

    // Draws below the line of the cursor, and moves the cursor back.
    void draw(const StepEnd& event) {
        const std::size_t copies = event.posterior.copies();
        const std::size_t most = std::max<std::size_t>(screen_.lines(), 3) - 2;
        const std::size_t room = screen_.room();
        constexpr std::size_t beside = 2 + 9 + 1 + 4;  // indent, rate, space, "100%"
        const std::size_t longest = std::min<std::size_t>(40, room - std::min(room, beside));
        std::string text;
        std::size_t drawn = 0;
        for (std::size_t j = 0; j < copies; ++j) {
            if (copies > most && !has_bar(event.posterior, j, most)) continue;
            ++drawn;
            const double weight = event.posterior.weight(j);
            std::string rate = j < event.copy_rates.size() ? terminal::rate_text(event.copy_rates[j]) : "";
            rate.resize(9, ' ');
            const auto length = static_cast<std::size_t>(std::lround(weight * static_cast<double>(longest)));
            const bool marked = screen_.color() && j == event.posterior.best();
            const std::string line =
                "  " + rate + std::string(length, '#') + " " + terminal::percent_text(weight);
            const std::size_t bar = 2 + rate.size(), end = bar + length;
            text += "\n\r\x1b[K";
            if (!marked || end > room) text += terminal::cut_to(line, room);
            else
                text += line.substr(0, bar) + "\x1b[1;32m" + line.substr(bar, length) + "\x1b[0m" +
                        std::string(terminal::cut_to(line, room)).substr(end);
        }
        screen_.draw_below(text, drawn);
    }

    terminal::Screen screen_;
    bool many_ = false;
    terminal::Throttle throttle_{};
};

}  // namespace alrao

#pragma GCC diagnostic pop
