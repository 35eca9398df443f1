#pragma once

#include <alrao/report/axis.hpp>
#include <alrao/report/svg.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace alrao::report {

/// The title of a picture and the names of its axes.
struct Labels {
    std::string title{}, x{}, y{};
};

/// The size of a picture in pixels.
struct Size {
    double width = 640, height = 360;
};

/// The area of a picture in which values are drawn. Axes and grid are around it, the title and the names of the series
/// above it.
class Frame {
public:
    /// Draws axes, title and names into `svg`. Series i has the colour `colour(i)`.
    Frame(Svg& svg, Size size, const Labels& labels, const Axis& x, const Axis& y,
          std::span<const std::string> names)
        : x_(x), y_(y), right_(size.width - 16), bottom_(size.height - 44) {
        svg.text({size.width / 2, 20}, labels.title, Anchor::middle, false, "#000000");
        top_ = legend(svg, names);
        for (const Tick& tick : y.ticks()) {
            svg.line({left_, down(tick.value)}, {right_, down(tick.value)}, "#e4e4e4");
            svg.text({left_ - 6, down(tick.value) + 4}, tick.text, Anchor::end);
        }
        for (const Tick& tick : x.ticks()) {
            svg.line({across(tick.value), bottom_}, {across(tick.value), bottom_ + 4}, "#333333");
            svg.text({across(tick.value), bottom_ + 18}, tick.text, Anchor::middle);
        }
        svg.line({left_, top_}, {left_, bottom_}, "#333333");
        svg.line({left_, bottom_}, {right_, bottom_}, "#333333");
        svg.text({(left_ + right_) / 2, bottom_ + 36}, labels.x, Anchor::middle);
        svg.text({16, (top_ + bottom_) / 2}, labels.y, Anchor::middle, true);
    }

    /// Whether both axes can show the values.
    [[nodiscard]] bool shows(double x, double y) const { return x_.shows(x) && y_.shows(y); }
    /// The place of a pair of values.
    [[nodiscard]] Point at(double x, double y) const { return {across(x), down(y)}; }
    /// The coordinates of a value of the horizontal and of the vertical axis.
    [[nodiscard]] double across(double x) const { return left_ + x_.place(x) * width(); }
    [[nodiscard]] double down(double y) const { return bottom_ - y_.place(y) * (bottom_ - top_); }
    /// The coordinate of the left end, and the width in pixels.
    [[nodiscard]] double left() const { return left_; }
    [[nodiscard]] double width() const { return right_ - left_; }

private:
    static constexpr double left_ = 72;

    /// Draws the names beside their colours, in rows. Returns where the area below them begins.
    double legend(Svg& svg, std::span<const std::string> names) const {
        double x = left_, y = 38;
        for (std::size_t i = 0; i < names.size(); ++i) {
            const double width = 34 + 6.5 * static_cast<double>(names[i].size());
            if (x + width > right_ && x > left_) x = left_, y += 16;
            svg.rectangle({x, y - 8}, 14, 8, colour(i));
            svg.text({x + 18, y}, names[i]);
            x += width;
        }
        return names.empty() ? 32 : y + 10;
    }

    Axis x_, y_;
    double right_, bottom_, top_ = 32;
};

}  // namespace alrao::report
