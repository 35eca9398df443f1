#pragma once

#include <alrao/tensor/terminal_size.hpp>
#include <alrao/train/callbacks/detail/text_width.hpp>
#include <alrao/train/evaluation.hpp>

#include <algorithm>
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

/// The value of an environment variable; empty if it is not set.
[[nodiscard]] inline std::string_view setting(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view() : std::string_view(value);
}

/// Whether lines can be redrawn on this stream: it is a terminal, and TERM is not "dumb".
[[nodiscard]] inline bool is_live(std::FILE* stream) {
    return ::isatty(::fileno(stream)) == 1 && setting("TERM") != "dumb";
}

/// Whether to use colours: only if lines can be redrawn, and NO_COLOR is not set or empty.
[[nodiscard]] inline bool has_color(std::FILE* stream) {
    return is_live(stream) && setting("NO_COLOR").empty();
}

/// The smaller of the value of an environment variable and the size of the terminal. If only one of them is
/// known, that one; if neither is, `usual`. 0 means that the size of the terminal is not known.
[[nodiscard]] inline std::size_t extent(const char* name, std::size_t of_terminal, std::size_t usual) {
    const std::string_view given = setting(name);
    std::size_t asked = 0;
    std::from_chars(given.data(), given.data() + given.size(), asked);
    if (asked == 0) asked = of_terminal;
    if (of_terminal == 0) of_terminal = asked;
    return asked == 0 ? usual : std::min(asked, of_terminal);
}

/// Width in characters: the smaller of $COLUMNS and the width of the terminal; 80 if neither is known.
[[nodiscard]] inline std::size_t columns(std::FILE* stream) {
    return extent("COLUMNS", terminal_size(::fileno(stream)).columns, 80);
}
/// Height in lines: the smaller of $LINES and the height of the terminal; 24 if neither is known.
[[nodiscard]] inline std::size_t lines(std::FILE* stream) {
    return extent("LINES", terminal_size(::fileno(stream)).lines, 24);
}

/// The number of columns for a line. One column remains free, because some terminals begin a new line when the
/// last one is written.
[[nodiscard]] inline std::size_t room(std::FILE* stream) {
    return std::max<std::size_t>(columns(stream), 2) - 1;
}

/// "loss 0.4123  accuracy 0.8512", each name with a prefix.
[[nodiscard]] inline std::string scores_text(const Evaluation& e, const std::string& prefix = "") {
    const std::string loss = prefix + "loss " + short_text(e.loss);
    return e.measured ? loss + "  " + prefix + e.measure_name() + " " + short_text(e.measure()) : loss;
}

/// A duration as text: "8.4 s", "3 min 20 s", "2 h 05 min".
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

/// A fraction as percent, without decimals: "62%".
[[nodiscard]] inline std::string percent_text(double share) {
    return std::to_string(static_cast<long>(100 * share + 0.5)) + "%";
}

/// A rate with three significant digits: "0.00316".
[[nodiscard]] inline std::string rate_text(double rate) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, rate, std::chars_format::general, 3).ptr;
    return std::string(text, end);
}

/// The output of a callback. On a terminal there can be one live line, which is redrawn; the next output
/// replaces it. A copy writes to the same stream and has no live line.
class Screen {
public:
    explicit Screen(std::FILE* stream) : stream_(stream) {}
    Screen(const Screen& other) : Screen(other.stream_) {}
    Screen& operator=(const Screen& other) {
        close();
        stream_ = other.stream_;
        return *this;
    }
    /// Ends the live line, so that the message of an error that ends the program begins on a new line.
    ~Screen() { close(); }

    /// Determines the properties of the stream and the environment, at the beginning of a fit.
    void look() {
        live_ = is_live(stream_);
        color_ = has_color(stream_);
    }
    /// Whether lines can be redrawn; false before look().
    [[nodiscard]] bool live() const { return live_; }
    /// Whether colours are used; false before look().
    [[nodiscard]] bool color() const { return color_; }
    /// The number of columns for a line.
    [[nodiscard]] std::size_t room() const { return terminal::room(stream_); }
    /// The height in lines.
    [[nodiscard]] std::size_t lines() const { return terminal::lines(stream_); }

    /// Redraws the live line. Its width is at most room(), not counting escape sequences.
    void draw(std::string_view text) {
        write("\r\x1b[K" + std::string(text));
        open_ = Open::line;
    }
    /// Draws `count` lines below the live line, and moves the cursor back to it.
    void draw_below(const std::string& text, std::size_t count) {
        write(text + "\x1b[" + std::to_string(count) + "A\r");
        open_ = Open::below;
    }
    /// Writes a permanent line, in place of the live line and the lines below it. On a terminal it is wrapped
    /// at the width of the terminal.
    void line(std::string_view text) {
        open_ = Open::nothing;
        if (!live_) return write(std::string(text) + "\n");
        write("\r\x1b[J" + folded(text, room()) + "\n");
    }
    /// Keeps the live line as it is, and clears the lines below it.
    void close() {
        if (open_ != Open::nothing) write(open_ == Open::line ? "\n\x1b[J" : "\n\x1b[J\x1b[A");
        open_ = Open::nothing;
    }

private:
    enum class Open : unsigned char { nothing, line, below };

    void write(const std::string& text) {
        std::fwrite(text.data(), 1, text.size(), stream_);
        std::fflush(stream_);
    }

    std::FILE* stream_;
    bool live_ = false, color_ = false;
    Open open_ = Open::nothing;
};

/// Limits the number of redraws.
class Throttle {
public:
    /// Returns true if the last true was at least 0.1 seconds ago. `seconds`: the current time.
    bool operator()(double seconds) {
        if (seconds < next_) return false;
        next_ = seconds + 0.1;
        return true;
    }
    /// The next call returns true.
    void reset() { next_ = 0; }

private:
    double next_ = 0;
};

}  // namespace alrao::terminal

#pragma GCC diagnostic pop
