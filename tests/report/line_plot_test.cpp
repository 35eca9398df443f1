// Covers: report/svg.hpp, report/axis.hpp, report/frame.hpp, report/histogram.hpp, report/heat_map.hpp, report/sparkline.hpp
#include <alrao/report.hpp>
#include <alrao/tensor/fail.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace report_line_plot_test {

using namespace alrao;
using namespace alrao::report;

namespace {
constexpr double nan = std::numeric_limits<double>::quiet_NaN(),
                 infinity = std::numeric_limits<double>::infinity();

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t n = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos;
         at = text.find(part, at + part.size()))
        ++n;
    return n;
}

/// Whether the tags of a document are closed in order.
bool is_well_formed(const std::string& text) {
    std::vector<std::string> open;
    for (std::size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at + 1)) {
        const std::size_t end = text.find('>', at);
        if (end == std::string::npos) return false;
        const std::string tag = text.substr(at + 1, end - at - 1);
        if (tag.ends_with('/')) continue;
        const std::string name = tag.substr(0, tag.find(' '));
        if (!name.starts_with('/')) open.push_back(name);
        else if (open.empty() || "/" + open.back() != name) return false;
        else open.pop_back();
    }
    return open.empty();
}
}  // namespace

TEST_CASE("text is escaped") {
    CHECK(markup_text("a<b> & \"c\"'\x01") == "a&lt;b&gt; &amp; &quot;c&quot;&#39; ");
    const LinePlot plot{.labels = {"</svg><script>", "x", "y"},
                        .series = {{.name = "<b>", .x = {1}, .y = {2}}}};
    CHECK(plot.svg().find("<script>") == std::string::npos);
    CHECK(plot.svg().find("<b>") == std::string::npos);
    CHECK(is_well_formed(plot.svg()));
}

TEST_CASE("ticks are round numbers within the range") {
    const auto texts = [](bool logarithmic, double low, double high, std::size_t most = 6) {
        Axis axis(logarithmic);
        axis.include(low);
        axis.include(high);
        std::string all;
        for (const Tick& tick : axis.ticks(most)) all += tick.text + " ";
        return all;
    };
    CHECK(texts(false, 0, 10) == "0 2 4 6 8 10 ");
    CHECK(texts(false, -0.3, 0.3) == "-0.3 -0.2 -0.1 0 0.1 0.2 0.3 ");
    CHECK(texts(true, 1e-5, 10) == "1e-05 1e-04 0.001 0.01 0.1 1 10 ");
    CHECK(texts(true, 1e-12, 1) == "1e-12 1e-10 1e-08 1e-06 1e-04 0.01 1 ");
    CHECK(texts(false, 0, 9500) == "0 2000 4000 6000 8000 ");
    CHECK(tick_text(1234.5) == "1230");
    CHECK(tick_text(2.0 / 3) == "0.667");
    CHECK(texts(true, 1, 20) == "5 10 15 20 ");
    for (const bool logarithmic : {false, true})
        for (const double low : {1e-300, 1e-9, 0.1, 123.0})
            for (const double factor : {1.0001, 1.5, 7.0, 1e4, 1e200}) {
                Axis axis(logarithmic);
                axis.include(low);
                axis.include(low * factor);
                axis.add_margin();
                const auto ticks = axis.ticks();
                CAPTURE(low);
                CAPTURE(factor);
                CHECK(ticks.size() >= 1);
                CHECK(ticks.size() <= 8);
                for (const Tick& tick : ticks) {
                    CHECK(axis.place(tick.value) >= -1e-9);
                    CHECK(axis.place(tick.value) <= 1 + 1e-9);
                }
            }
}

TEST_CASE("values are drawn in proportion; what cannot be shown leaves a gap") {
    LinePlot plot{.series = {{.name = "a", .x = {0, 1, 2, 3, 4}, .y = {1, 2, nan, 3, infinity}}}};
    const std::string linear = plot.svg();
    CHECK(count(linear, "<polyline") == 1);  // 1, 2
    CHECK(count(linear, "<circle") == 1);    // 3
    plot.logarithmic_x = true;               // 0 cannot be shown
    CHECK(count(plot.svg(), "<circle") == 2);
    Axis axis;
    axis.include(2);
    axis.include(4);
    CHECK(axis.place(3) == doctest::Approx(0.5));
    Axis decades(true);
    decades.include(1);
    decades.include(100);
    decades.include(-1);
    CHECK(decades.place(10) == doctest::Approx(0.5));
}

TEST_CASE("a picture without values, with one value, and of huge values") {
    for (const std::vector<double>& y :
         {std::vector<double>{}, {3}, {nan}, {0, 0}, {-1e300, 1e300}, {1e-320, 1}}) {
        std::vector<double> x;
        for (std::size_t i = 0; i < y.size(); ++i) x.push_back(static_cast<double>(i));
        for (const bool logarithmic : {false, true}) {
            const LinePlot plot{.series = {{.name = "a", .x = x, .y = y}}, .logarithmic_y = logarithmic};
            CHECK(is_well_formed(plot.svg()));
            const Histogram histogram{.groups = {{"a", y}}, .logarithmic_x = logarithmic};
            CHECK(is_well_formed(histogram.svg()));
            CHECK(plot.svg().find("nan") == std::string::npos);
            CHECK(plot.svg().find("inf") == std::string::npos);
        }
    }
    CHECK(is_well_formed(LinePlot{}.svg()));
    CHECK(is_well_formed(Histogram{.bins = 0}.svg()));
    CHECK(is_well_formed(HeatMap{}.svg()));
}

TEST_CASE("a band is one standard deviation around the mean") {
    const std::vector<std::vector<double>> runs{{1, 5}, {2, 5}, {3, 5}};
    const Series series = mean_of_runs("a", {0, 1}, runs);
    CHECK(series.y == std::vector<double>{2, 5});
    CHECK(series.low[0] == doctest::Approx(1));
    CHECK(series.high[0] == doctest::Approx(3));
    CHECK(series.high[1] == 5);
    CHECK(count(LinePlot{.series = {series}}.svg(), "<polygon") == 1);
    CHECK(mean_of_runs("a", {0, 1}, std::vector<std::vector<double>>{{1, 2}}).low.empty());
    CHECK_THROWS_AS(static_cast<void>(mean_of_runs("a", {0}, runs)), ArgumentError);
    CHECK_THROWS_AS(static_cast<void>(mean_of_runs("a", {0}, {})), ArgumentError);
}

TEST_CASE("sizes that do not fit are errors") {
    CHECK_THROWS_WITH_AS(static_cast<void>(LinePlot{.series = {{.name = "mine", .x = {1}, .y = {}}}}.svg()),
                         doctest::Contains("'mine'"), ArgumentError);
    CHECK_THROWS_AS(static_cast<void>(LinePlot{.series = {{.x = {1}, .y = {1}, .low = {1}}}}.svg()),
                    ArgumentError);
    CHECK_THROWS_WITH_AS(static_cast<void>(HeatMap{.columns = {"a"}, .rows = {"b"}, .values = {1, 2}}.svg()),
                         doctest::Contains("2 values"), ArgumentError);
}

TEST_CASE("bars of a histogram show how many values are in each interval") {
    const Histogram histogram{.groups = {{"a", {1, 1, 1, 2}}, {"b", {2, nan, -infinity}}}, .bins = 2};
    const std::string svg = histogram.svg();
    CHECK(count(svg, "<title>3</title>") == 1);
    CHECK(count(svg, "<title>1</title>") == 2);
}

TEST_CASE("a heat map has a cell for each value") {
    const HeatMap map{.columns = {"1", "2"}, .rows = {"a", "b"}, .values = {1, 2, 3, nan}};
    const std::string svg = map.svg();
    CHECK(count(svg, "#440154") == 1);  // smallest
    CHECK(count(svg, "#fde725") == 1);  // largest
    CHECK(count(svg, "#cccccc") == 1);  // unknown
    CHECK(is_well_formed(svg));
}

TEST_CASE("a sparkline has at most the given width") {
    CHECK(sparkline(std::vector<double>{0, 1, 2, 3, 4, 5, 6, 7}) == "▁▂▃▄▅▆▇█");
    CHECK(sparkline(std::vector<double>{1, 1}) == "▅▅");
    CHECK(sparkline(std::vector<double>{1, nan, 2}) == "▁ █");
    CHECK(sparkline(std::vector<double>{0, 2, 10, 12}, 2) == "▁█");
    CHECK(sparkline({}).empty());
    CHECK(sparkline(std::vector<double>{1, 2}, 0).empty());
}

}  // namespace report_line_plot_test
