#pragma once

#include <alrao/tensor/terminal_width.hpp>
#include <alrao/train/evaluation.hpp>

#include <charconv>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <unistd.h>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao::terminal {

/// A setting of the environment; empty if there is none.
[[nodiscard]] inline std::string_view setting(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view() : std::string_view(value);
}

/// Whether lines can be redrawn there: a terminal, and not a dumb one.
[[nodiscard]] inline bool is_live(std::FILE* stream) {
    return ::isatty(::fileno(stream)) == 1 && setting("TERM") != "dumb";
}

/// Whether colours are wanted: only where lines can be redrawn, and not if NO_COLOR is set.
[[nodiscard]] inline bool has_color(std::FILE* stream) {
    return is_live(stream) && setting("NO_COLOR").empty();
}

/// Width in characters: $COLUMNS, else what the terminal says, else 80.
[[nodiscard]] inline std::size_t columns(std::FILE* stream) {
    const std::string_view given = setting("COLUMNS");
    std::size_t width = 0;
    std::from_chars(given.data(), given.data() + given.size(), width);
    if (width > 0) return width;
    width = terminal_width(::fileno(stream));
    return width > 0 ? width : 80;
}

inline void write(std::FILE* stream, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stream);
    std::fflush(stream);
}

/// A line that stays: takes the place of a live line and of what was drawn below it.
inline void write_line(std::FILE* stream, bool live, std::string_view text) {
    write(stream, (live ? "\r\x1b[J" : "") + std::string(text) + "\n");
}

/// "loss 0.4123  accuracy 0.8512", each name with a prefix.
[[nodiscard]] inline std::string scores_text(const Evaluation& e, const std::string& prefix = "") {
    const std::string loss = prefix + "loss " + short_text(e.loss);
    return e.measured ? loss + "  " + prefix + e.measure_name() + " " + short_text(e.measure())
                      : loss;
}

/// Seconds as a person says them: "8.4 s", "3 min 20 s", "2 h 05 min".
[[nodiscard]] inline std::string duration_text(double seconds) {
    const auto whole = static_cast<long>(seconds + 0.5);
    const auto two = [](long n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    if (seconds < 60 && whole < 60) {
        const auto tenths = static_cast<long>(seconds * 10 + 0.5);
        return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
    }
    if (whole < 3600) return std::to_string(whole / 60) + " min " + two(whole % 60) + " s";
    return std::to_string(whole / 3600) + " h " + two(whole / 60 % 60) + " min";
}

/// Lets something happen at most ten times a second.
class Throttle {
public:
    bool operator()(double seconds) {
        if (seconds < next_) return false;
        next_ = seconds + 0.1;
        return true;
    }
    void reset() { next_ = 0; }

private:
    double next_ = 0;
};

}  // namespace alrao::terminal

#pragma GCC diagnostic pop
