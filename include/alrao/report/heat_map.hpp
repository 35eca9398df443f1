#pragma once

#include <alrao/report/axis.hpp>
#include <alrao/report/frame.hpp>
#include <alrao/report/svg.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace alrao::report {

/// A picture of a table of numbers, for instance of the loss for all pairs of two settings. The colour of a cell goes
/// from dark blue (smallest value) to yellow (largest); cells that are not finite are grey.
struct HeatMap {
    Labels labels{};
    std::vector<std::string> columns{}, rows{};  ///< their names; the first row is at the top
    std::vector<double> values{};                ///< [rows, columns]

    /// @throws ArgumentError unless there are as many values as cells
    [[nodiscard]] std::string svg(Size size = {}) const {
        if (values.size() != columns.size() * rows.size())
            fail({"alrao: report::HeatMap: ", values.size(), " values, but ", rows.size(), " rows and ",
                  columns.size(), " columns"});
        double low = std::numeric_limits<double>::infinity(), high = -low;
        for (const double value : values)
            if (is_finite(value)) low = std::min(low, value), high = std::max(high, value);
        Svg picture(size.width, size.height, labels.title);
        picture.text({size.width / 2, 20}, labels.title, Anchor::middle, false, "#000000");
        picture.text({(left + size.width) / 2, size.height - 8}, labels.x, Anchor::middle);
        picture.text({16, size.height / 2}, labels.y, Anchor::middle, true);
        const double width =
            (size.width - left - 16) / static_cast<double>(std::max<std::size_t>(columns.size(), 1));
        const double height =
            (size.height - top - 44) / static_cast<double>(std::max<std::size_t>(rows.size(), 1));
        for (std::size_t r = 0; r < rows.size(); ++r) {
            const double y = top + height * static_cast<double>(r);
            picture.text({left - 6, y + height / 2 + 4}, rows[r], Anchor::end);
            for (std::size_t c = 0; c < columns.size(); ++c) {
                const double value = values[r * columns.size() + c];
                const double share = high > low ? (value - low) / (high - low) : 0;
                draw_cell(picture, {left + width * static_cast<double>(c), y}, width, height, value, share);
            }
        }
        for (std::size_t c = 0; c < columns.size(); ++c)
            picture.text({left + width * (static_cast<double>(c) + 0.5), size.height - 28}, columns[c],
                         Anchor::middle);
        return picture.str();
    }

private:
    static constexpr double left = 88, top = 32;

    static void draw_cell(Svg& picture, Point corner, double width, double height, double value,
                          double share) {
        const bool known = is_finite(value);
        picture.rectangle(corner, width - 1, height - 1, known ? shade(share) : "#cccccc");
        if (width < 30 || height < 14) return;
        picture.text({corner.x + width / 2, corner.y + height / 2 + 4}, known ? tick_text(value) : "-",
                     Anchor::middle, false, known && share < 0.6 ? "#ffffff" : "#000000");
    }
    /// The colour of a share from 0 to 1, interpolated between five colours of the map viridis.
    static std::string shade(double share) {
        constexpr std::array<std::array<int, 3>, 5> colours{
            {{68, 1, 84}, {59, 82, 139}, {33, 145, 140}, {94, 201, 98}, {253, 231, 37}}};
        const double place = std::clamp(share, 0.0, 1.0) * 4;
        const auto first = std::min<std::size_t>(3, static_cast<std::size_t>(place));
        const double rest = place - static_cast<double>(first);
        std::string text = "#";
        for (std::size_t k = 0; k < 3; ++k) {
            const double mixed = colours[first][k] * (1 - rest) + colours[first + 1][k] * rest;
            const auto byte = static_cast<unsigned>(std::lround(mixed));
            constexpr std::string_view digits = "0123456789abcdef";
            text += digits[byte / 16];
            text += digits[byte % 16];
        }
        return text;
    }
};

}  // namespace alrao::report
