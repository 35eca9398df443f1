#pragma once

#include <alrao/report/axis.hpp>
#include <alrao/report/frame.hpp>
#include <alrao/report/svg.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace alrao::report {

/// Values that a histogram counts together.
struct Group {
    std::string name{};
    std::vector<double> values{};
};

/// A picture of how many values lie in each of equal intervals. The bars of the groups are stacked. Values that the
/// axis cannot show (not finite, or not above 0 if it is logarithmic) are left out.
struct Histogram {
    Labels labels{};
    std::vector<Group> groups{};
    bool logarithmic_x = false;
    std::size_t bins = 32;  ///< number of intervals; 0 counts as 1

    [[nodiscard]] std::string svg(Size size = {}) const {
        Axis x(logarithmic_x), y;
        std::vector<std::string> names;
        for (const Group& group : groups) {
            names.push_back(group.name);
            for (const double value : group.values) x.include(value);
        }
        x.add_margin();
        const std::size_t n = std::max<std::size_t>(bins, 1);
        std::vector<std::vector<double>> counts;
        std::vector<double> sums(n, 0.0);
        for (const Group& group : groups) {
            counts.emplace_back(n, 0.0);
            for (const double value : group.values)
                if (x.shows(value)) ++counts.back()[bin_of(x, value, n)];
            for (std::size_t b = 0; b < n; ++b) sums[b] += counts.back()[b];
        }
        y.include(0);
        y.include(std::max(1.0, *std::max_element(sums.begin(), sums.end())) * 1.05);
        Svg picture(size.width, size.height, labels.title);
        const Frame frame(picture, size, labels, x, y, names);
        draw(picture, frame, counts);
        return picture.str();
    }

private:
    static std::size_t bin_of(const Axis& x, double value, std::size_t n) {
        return std::min(n - 1, static_cast<std::size_t>(x.place(value) * static_cast<double>(n)));
    }
    static void draw(Svg& picture, const Frame& frame, const std::vector<std::vector<double>>& counts) {
        if (counts.empty()) return;
        const std::size_t n = counts[0].size();
        const double width = frame.width() / static_cast<double>(n);
        for (std::size_t b = 0; b < n; ++b) {
            double below = 0;
            for (std::size_t g = 0; g < counts.size(); ++g) {
                if (!(counts[g][b] > 0)) continue;
                const double top = frame.down(below + counts[g][b]);
                picture.rectangle({frame.left() + width * static_cast<double>(b), top}, width - 1,
                                  frame.down(below) - top, colour(g), tick_text(counts[g][b]));
                below += counts[g][b];
            }
        }
    }
};

}  // namespace alrao::report
