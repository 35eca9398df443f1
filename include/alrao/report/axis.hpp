#pragma once

#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <system_error>
#include <vector>

namespace alrao::report {

/// A number with at most three significant digits: 1500, 0.25, 1e-05.
[[nodiscard]] inline std::string tick_text(double value) {
    std::array<char, 64> text{};
    char* const first = text.data();
    const auto rounded = std::to_chars(first, first + text.size(), value, std::chars_format::general, 3);
    double number = value;
    if (std::from_chars(first, rounded.ptr, number).ec != std::errc{}) return {first, rounded.ptr};
    return {first, std::to_chars(first, first + text.size(), number).ptr};
}

/// A labelled value of an axis.
struct Tick {
    double value = 0;
    std::string text{};
};

/// The range of values that a picture shows, on a linear or a logarithmic scale.
class Axis {
public:
    explicit Axis(bool logarithmic = false) : logarithmic_(logarithmic) {}

    /// Whether the axis can show a value: finite, and above 0 on a logarithmic scale.
    [[nodiscard]] bool shows(double value) const { return is_finite(value) && (!logarithmic_ || value > 0); }
    /// Extends the range so that it contains a value. A value that the axis cannot show has no effect.
    void include(double value) {
        if (!shows(value)) return;
        low_ = std::min(low_, scaled(value));
        high_ = std::max(high_, scaled(value));
    }
    /// Extends the range by a twentieth on both sides. A range of one value, or of none, gets a width.
    void add_margin() {
        if (low_ > high_) low_ = 0, high_ = 1;
        const double width = high_ - low_;
        const double of_one_value = logarithmic_ ? 0.5 : std::max(0.5, std::abs(low_) / 20);
        const double margin = width > 0 ? width / 20 : of_one_value;
        low_ -= margin;
        high_ += margin;
    }

    /// The position of a value: 0 at the lower end, 1 at the upper end.
    [[nodiscard]] double place(double value) const { return (scaled(value) - low_) / (high_ - low_); }

    /// About `most` labelled values in the range: powers of ten on a logarithmic scale of more than two
    /// decades, otherwise multiples of 1, 2 or 5 times a power of ten.
    [[nodiscard]] std::vector<Tick> ticks(std::size_t most = 6) const {
        std::vector<Tick> found;
        const auto limit = static_cast<double>(std::max<std::size_t>(most, 2));
        if (logarithmic_ && high_ - low_ > 2) {
            const double step = std::max(1.0, std::ceil((high_ - low_) / limit));
            for (double power = std::ceil(low_); power <= high_; power += step)
                add(found, std::pow(10, power));
            return found;
        }
        const double low = logarithmic_ ? std::pow(10, low_) : low_,
                     high = logarithmic_ ? std::pow(10, high_) : high_;
        const double rough = (high - low) / limit, unit = std::pow(10, std::floor(std::log10(rough)));
        double step = 10 * unit;
        for (const double factor : {5.0, 2.0, 1.0})
            if (factor * unit >= rough) step = factor * unit;
        constexpr double rounding = 1e-9;
        for (double k = std::ceil(low / step - rounding); k <= high / step + rounding; ++k)
            add(found, k * step + 0.0);  // -0 becomes 0
        return found;
    }

private:
    [[nodiscard]] double scaled(double value) const { return logarithmic_ ? std::log10(value) : value; }
    static void add(std::vector<Tick>& ticks, double value) {
        if (is_finite(value)) ticks.push_back({value, tick_text(value)});
    }

    bool logarithmic_;
    double low_ = std::numeric_limits<double>::infinity(), high_ = -std::numeric_limits<double>::infinity();
};

}  // namespace alrao::report
