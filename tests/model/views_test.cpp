#include <alrao/layers/activation.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/model/views.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>

namespace model_views_test {

using namespace alrao;

namespace {

struct ViewedNet : Model<Input<3>, Dense<5>, ReLU, AveragedHead<SoftmaxClassifier<4>, 3>> {
    using Model::Model;
};

}  // namespace

TEST_CASE("a view has the extents of the array and refers to the model's memory") {
    ViewedNet net{Seed{1}};
    auto weight = array_view<2>(net, "0.weight");
    REQUIRE(weight.shape()[0] == 3);
    REQUIRE(weight.shape()[1] == 5);
    weight(2, 4) = 7;
    CHECK(net.parameter_buffer()[ViewedNet::parameters[0].offset + 2 * 5 + 4] == 7.0f);
    auto bias = array_view<1>(net, "0.bias");
    CHECK(bias.shape()[0] == 5);
}

TEST_CASE("the view of a head's weight skips the padding") {
    ViewedNet net{Seed{1}};
    auto weight = array_view<3>(net, "2.weight");  // [features, copies, classes], rows of 16
    const ParameterEntry& entry = ViewedNet::parameters[2];
    REQUIRE(entry.columns == 16);
    float expected = 0;
    for (std::size_t feature = 0; feature < 5; ++feature)
        for (std::size_t copy = 0; copy < 3; ++copy)
            for (std::size_t k = 0; k < 4; ++k) weight(feature, copy, k) = ++expected;
    expected = 0;
    for (std::size_t row = 0; row < 5; ++row)
        for (std::size_t column = 0; column < 16; ++column)
            CHECK(net.parameter_buffer()[entry.offset + row * 16 + column] ==
                  (column < 12 ? ++expected : 0.0f));
}

TEST_CASE("a const model gives views of const elements") {
    const ViewedNet net{Seed{1}};
    const auto weight = array_view<2>(net, "0.weight");
    static_assert(std::is_const_v<std::remove_reference_t<decltype(*weight.data())>>);
    CHECK(weight(0, 0) == net.parameter_buffer()[0]);
}

TEST_CASE("a wrong name or rank is refused; the message lists the names") {
    ViewedNet net{Seed{1}};
    CHECK_THROWS_WITH_AS(static_cast<void>(array_view<2>(net, "1.weight")),
                         doctest::Contains("0.weight, 0.bias, 2.weight, 2.bias"), ArgumentError);
    CHECK_THROWS_WITH_AS(static_cast<void>(array_view<1>(net, "0.weight")),
                         doctest::Contains("rank 2, asked for 1"), ArgumentError);
}

}  // namespace model_views_test
