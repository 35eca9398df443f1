#include <alrao/check/layer/gradient_check.hpp>
#include <alrao/ops/activation.hpp>
#include <alrao/ops/flatten.hpp>
#include <alrao/ops/softmax_head.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <sstream>
#include <string>

namespace check_layer_gradient_check_test {

using namespace alrao;

namespace {
/// y = x^2 w, whose backward is correct, wrong by a factor, or NaN once.
template <bool right_input, bool right_weight, bool once_nan = false>
struct Square {
    static constexpr std::string_view name = "Square";
    static constexpr Facts facts(const Shape& input) {
        Facts facts = Facts::same_shape(input);
        facts.backward_needs_input = true;
        facts.parameters.push({.name = "weight", .extents = Extents{input.channels()}, .feature_axis = 0});
        return facts;
    }
    template <class T>
    static void forward(Context<T>& c) {
        for (std::size_t r = 0; r < c.input.rows; ++r)
            for (std::size_t i = 0; i < c.input.channels; ++i)
                c.output.row(r)[i] = c.input.row(r)[i] * c.input.row(r)[i] * c.parameter[0].value[i];
    }
    template <class T>
    static void backward(Context<T>& c) {
        for (std::size_t i = 0; i < c.input.channels; ++i) {
            T sum = 0;
            for (std::size_t r = 0; r < c.input.rows; ++r) {
                const T x = c.input.row(r)[i], dy = c.output_gradient.row(r)[i];
                sum += dy * x * x;
                c.input_gradient.row(r)[i] =
                    2 * x * dy * c.parameter[0].value[i] * T(right_input ? 1 : 1.0001);
            }
            c.parameter[0].gradient[i] = sum * T(right_weight ? 1 : 1.0001);
        }
        if (once_nan) c.input_gradient.row(0)[0] = std::numeric_limits<T>::quiet_NaN();
    }
};
}  // namespace

TEST_CASE("a correct layer passes; an error of 1e-4 is found, with its position") {
    const GradientReport right = gradient_check<Square<true, true>>(features(5));
    CHECK(right.passed);
    CHECK(right.compared == 3 * 5 + 5);
    CHECK(right.worst <= 1);
    const GradientReport input = gradient_check<Square<false, true>>(features(5));
    CHECK_FALSE(input.passed);
    CHECK(input.worst > 1);
    CHECK(input.where.starts_with("input["));
    const GradientReport weight = gradient_check<Square<true, false>>(features(5));
    CHECK_FALSE(weight.passed);
    CHECK(weight.where.starts_with("weight["));
}

TEST_CASE("a NaN gradient is the worst error") {
    const GradientReport report = gradient_check<Square<true, true, true>>(features(5));
    CHECK_FALSE(report.passed);
    CHECK(std::isnan(report.worst));
    CHECK(report.where == "input[0]");
}

TEST_CASE("inputs keep their distance from kinks; a layer that is a view can be checked") {
    CHECK(gradient_check<ReLU6>(features(50), {.input_scale = 4, .kinks = {0, 6}}).passed);
    const GradientReport view = gradient_check<Flatten>(image(2, 3, 2));
    CHECK(view.passed);
    CHECK(view.largest > 0);
}

TEST_CASE("layers that cannot be checked are refused") {
    CHECK_THROWS_AS(gradient_check<ReLU>(features(2), {.batch = 0}), ArgumentError);
    CHECK_THROWS_AS(gradient_check<SoftmaxClassifier<3>>(features(2)), ArgumentError);
}

TEST_CASE("a report is printed in one line, with the worst derivative") {
    std::ostringstream out;
    out << GradientReport{.compared = 12, .worst = 0.5, .analytic = 2, .numeric = 1.5, .where = "weight[3]"};
    CHECK(out.str() ==
          "passed: 12 derivatives, the worst is weight[3]: 2 by backward, 1.5 numerically; its error "
          "is 0.5 times the allowed error");
    std::ostringstream failed, none;
    failed << gradient_check<Square<false, true>>(features(1));
    CHECK(failed.str().starts_with("FAILED: "));
    CHECK(failed.str().find("input[") != std::string::npos);
    none << GradientReport{};
    CHECK(none.str() == "passed: 0 derivatives");
}

}  // namespace check_layer_gradient_check_test
