#pragma once

#include <alrao/tensor/finite.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// Pictures of trainings as SVG and HTML. Needs no other library; not part of alrao/alrao.hpp.
namespace alrao::report {

/// A point of a picture, in pixels from the upper left corner.
struct Point {
    double x = 0, y = 0;
};

/// Text that is safe within SVG and HTML: & < > " ' are escaped, control characters become spaces.
[[nodiscard]] inline std::string markup_text(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        switch (c) {
        case '&': safe += "&amp;"; break;
        case '<': safe += "&lt;"; break;
        case '>': safe += "&gt;"; break;
        case '"': safe += "&quot;"; break;
        case '\'': safe += "&#39;"; break;
        default: safe += static_cast<unsigned char>(c) < 32 || c == 127 ? ' ' : c;
        }
    }
    return safe;
}

/// A number of pixels with at most two digits after the point; 0 if it is not finite.
[[nodiscard]] inline std::string pixels(double value) {
    std::array<char, 64> text{};
    const double rounded = is_finite(value) && std::abs(value) < 1e9 ? std::round(value * 100) / 100 : 0.0;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), rounded).ptr;
    return std::string(text.data(), end);
}

/// Colour number i of a palette of eight that people with colour blindness can distinguish.
/// Source: Okabe and Ito, "Color Universal Design".
[[nodiscard]] inline std::string_view colour(std::size_t i) {
    constexpr std::array<std::string_view, 8> palette{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                      "#e69f00", "#56b4e9", "#000000", "#999999"};
    return palette[i % palette.size()];
}

/// Where the text is, relative to the given point.
enum class Anchor : unsigned char { start, middle, end };

/// An SVG picture that is built from shapes. It has a white background and needs no other file.
class Svg {
public:
    /// @param width in pixels
    /// @param height in pixels
    /// @param title read by screen readers; not drawn
    Svg(double width, double height, std::string_view title) {
        text_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 " + pixels(width) +
                ' ' + pixels(height) + "\" width=\"" + pixels(width) + "\" height=\"" + pixels(height) +
                "\" font-family=\"sans-serif\" font-size=\"12\"><title>" + markup_text(title) + "</title>\n";
        rectangle({0, 0}, width, height, "#ffffff");
    }

    void rectangle(Point corner, double width, double height, std::string_view fill,
                   std::string_view title = {}) {
        text_ += "<rect x=\"" + pixels(corner.x) + "\" y=\"" + pixels(corner.y) + "\" width=\"" +
                 pixels(width) + "\" height=\"" + pixels(height) + "\" fill=\"" + markup_text(fill) + '"';
        if (title.empty()) text_ += "/>\n";
        else text_ += "><title>" + markup_text(title) + "</title></rect>\n";
    }
    void line(Point a, Point b, std::string_view stroke, double width = 1) {
        text_ += "<line x1=\"" + pixels(a.x) + "\" y1=\"" + pixels(a.y) + "\" x2=\"" + pixels(b.x) +
                 "\" y2=\"" + pixels(b.y) + "\" stroke=\"" + markup_text(stroke) + "\" stroke-width=\"" +
                 pixels(width) + "\"/>\n";
    }
    /// A connected line. A single point becomes a dot.
    void polyline(std::span<const Point> points, std::string_view stroke) {
        if (points.empty()) return;
        if (points.size() == 1) {
            text_ += "<circle cx=\"" + pixels(points[0].x) + "\" cy=\"" + pixels(points[0].y) +
                     "\" r=\"2.5\" fill=\"" + markup_text(stroke) + "\"/>\n";
            return;
        }
        text_ += "<polyline fill=\"none\" stroke-width=\"1.6\" stroke-linejoin=\"round\" stroke=\"" +
                 markup_text(stroke) + "\" points=\"" + coordinates(points) + "\"/>\n";
    }
    /// A filled area with an opacity of one fifth.
    void area(std::span<const Point> outline, std::string_view fill) {
        text_ += "<polygon stroke=\"none\" fill-opacity=\"0.2\" fill=\"" + markup_text(fill) +
                 "\" points=\"" + coordinates(outline) + "\"/>\n";
    }
    /// @param turned whether the text reads upwards
    void text(Point at, std::string_view what, Anchor anchor = Anchor::start, bool turned = false,
              std::string_view fill = "#333333") {
        constexpr std::array<std::string_view, 3> names{"start", "middle", "end"};
        const std::string x = pixels(at.x), y = pixels(at.y);
        text_ += "<text x=\"" + x + "\" y=\"" + y + "\" fill=\"" + markup_text(fill) + "\" text-anchor=\"" +
                 std::string(names[static_cast<std::size_t>(anchor)]) + '"';
        if (turned) text_ += " transform=\"rotate(-90 " + x + ' ' + y + ")\"";
        text_ += ">" + markup_text(what) + "</text>\n";
    }

    /// The complete picture.
    [[nodiscard]] std::string str() const { return text_ + "</svg>\n"; }

private:
    static std::string coordinates(std::span<const Point> points) {
        std::string all;
        for (const Point& point : points) {
            if (!all.empty()) all += ' ';
            all += pixels(point.x) + ',' + pixels(point.y);
        }
        return all;
    }

    std::string text_;
};

}  // namespace alrao::report
