#include <alrao/graph/summary.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/flatten.hpp>
#include <alrao/layers/heads.hpp>

#include <doctest/doctest.h>

namespace graph_summary_test {

using namespace alrao;

namespace {
using Net = Network<Input<4, 4, 3>, Residual<Conv2d<3, Kernel<3>, Padding<1>>, ReLU>, Flatten,
                    AveragedHead<SoftmaxClassifier<10>, 3>>;
}  // namespace

TEST_CASE("a summary is a compile-time constant") {
    constexpr auto table = summary<Net>();
    static_assert(table.rows.size() == 5);
    static_assert(table.rows[0].parameters == 84 && table.rows[0].feature_axis == 3);
    static_assert(table.rows[0].feature_of == "weight" && table.rows[0].features == 3);
    static_assert(table.rows[2].layer == "Residual" && table.rows[2].parameters == 0);
    static_assert(table.parameters == Net::parameter_count && table.features == 3 && table.copies == 3);
    static_assert(table.training_elements(7) == Net::training_elements(7));
    std::size_t parameters = 0;
    double flops = 0;
    for (const SummaryRow& row : table.rows) parameters += row.parameters, flops += row.flops;
    CHECK(parameters == Net::parameter_count);
    CHECK(flops == Net::flops);
}

TEST_CASE("summary_text has a line per layer, with its path, and the totals") {
    const std::string text = summary_text<Net>(32);
    INFO(text);
    CHECK(text.find("0.0        Conv2d<3, Kernel<3") != std::string::npos);
    CHECK(text.find("4 x 4 x 3") != std::string::npos);
    CHECK(text.find("3 of weight") != std::string::npos);
    CHECK(text.find("1,554 parameters, 3 features") != std::string::npos);
    CHECK(text.find("batch of 32: ") != std::string::npos);
    CHECK(text.find("alrao::") == std::string::npos);
}

TEST_CASE("numbers are printed with separators") {
    CHECK(graph::grouped(7) == "7");
    CHECK(graph::grouped(123456) == "123,456");
    CHECK(graph::grouped(1234567) == "1,234,567");
}

}  // namespace graph_summary_test
