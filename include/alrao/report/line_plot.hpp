#pragma once

#include <alrao/report/axis.hpp>
#include <alrao/report/frame.hpp>
#include <alrao/report/svg.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace alrao::report {

/// A line through points, with an optional band around it.
struct Series {
    std::string name{};
    std::vector<double> x{}, y{};
    std::vector<double> low{}, high{};  ///< lower and upper end of the band at each point; empty: no band
};

/// The mean of several runs as a line, with a band of one standard deviation on both sides. A single run has no band.
/// A number that is not finite makes the mean of its point not finite; the line has a gap there.
/// @param x the positions of the points
/// @param runs for each run its values at these positions
/// @throws ArgumentError if there is no run, or a run has another number of values than `x`
[[nodiscard]] inline Series mean_of_runs(std::string name, std::vector<double> x,
                                         std::span<const std::vector<double>> runs) {
    if (runs.empty()) fail("alrao: report::mean_of_runs: needs at least one run");
    Series series{.name = std::move(name), .x = std::move(x)};
    for (const std::vector<double>& run : runs)
        if (run.size() != series.x.size())
            fail({"alrao: report::mean_of_runs: a run has ", run.size(), " values, but there are ",
                  series.x.size(), " positions"});
    const auto n = static_cast<double>(runs.size());
    for (std::size_t i = 0; i < series.x.size(); ++i) {
        double mean = 0, squares = 0;
        for (const std::vector<double>& run : runs) mean += run[i] / n;
        for (const std::vector<double>& run : runs) squares += (run[i] - mean) * (run[i] - mean);
        series.y.push_back(mean);
        if (runs.size() == 1) continue;
        const double deviation = std::sqrt(squares / (n - 1));
        series.low.push_back(mean - deviation);
        series.high.push_back(mean + deviation);
    }
    return series;
}

/// A picture of several series with common axes. Points that an axis cannot show (not finite, or not above 0 on a
/// logarithmic axis) are left out, and the line has a gap there.
struct LinePlot {
    Labels labels{};
    std::vector<Series> series{};
    bool logarithmic_x = false, logarithmic_y = false;

    /// @throws ArgumentError if the members of a series have different sizes
    [[nodiscard]] std::string svg(Size size = {}) const {
        Axis x(logarithmic_x), y(logarithmic_y);
        std::vector<std::string> names;
        for (const Series& one : series) {
            require_sizes(one);
            names.push_back(one.name);
            for (std::size_t i = 0; i < one.x.size(); ++i) {
                if (!x.shows(one.x[i]) || !y.shows(one.y[i])) continue;
                x.include(one.x[i]);
                y.include(one.y[i]);
                if (!one.low.empty()) y.include(one.low[i]), y.include(one.high[i]);
            }
        }
        x.add_margin();
        y.add_margin();
        Svg picture(size.width, size.height, labels.title);
        const Frame frame(picture, size, labels, x, y, names);
        for (std::size_t s = 0; s < series.size(); ++s) draw_band(picture, frame, series[s], colour(s));
        for (std::size_t s = 0; s < series.size(); ++s) draw_line(picture, frame, series[s], colour(s));
        return picture.str();
    }

private:
    static void require_sizes(const Series& one) {
        const std::size_t n = one.x.size();
        const bool band = one.low.empty() ? one.high.empty() : one.low.size() == n && one.high.size() == n;
        if (one.y.size() != n || !band)
            fail<ArgumentError>("alrao: report::LinePlot: x, y, low and high of the series '" + one.name +
                                "' need equal sizes (low and high can be empty)");
    }
    static void draw_line(Svg& picture, const Frame& frame, const Series& one, std::string_view stroke) {
        std::vector<Point> points;
        for (std::size_t i = 0; i < one.x.size(); ++i) {
            if (frame.shows(one.x[i], one.y[i])) {
                points.push_back(frame.at(one.x[i], one.y[i]));
            } else {
                picture.polyline(points, stroke);
                points.resize(0);
            }
        }
        picture.polyline(points, stroke);
    }
    static void draw_band(Svg& picture, const Frame& frame, const Series& one, std::string_view fill) {
        std::vector<Point> upper, lower;
        const auto finish = [&] {
            upper.insert(upper.end(), lower.rbegin(), lower.rend());
            if (upper.size() > 2) picture.area(upper, fill);
            upper.resize(0);
            lower.resize(0);
        };
        for (std::size_t i = 0; i < one.low.size(); ++i) {
            if (!frame.shows(one.x[i], one.low[i]) || !frame.shows(one.x[i], one.high[i])) {
                finish();
                continue;
            }
            upper.push_back(frame.at(one.x[i], one.high[i]));
            lower.push_back(frame.at(one.x[i], one.low[i]));
        }
        finish();
    }
};

}  // namespace alrao::report
