#include <alrao/model/describe.hpp>

#include <alrao/model/model.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/normalization.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/tensor/fail.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace model_describe_test {

using namespace alrao;

namespace {

struct Net : Model<Input<3>, Dense<2>, BatchNorm, AveragedHead<SoftmaxClassifier<2>, 4>> {
    using Model::Model;
};

/// The line of the table that begins with this name.
std::string line_of(const std::string& text, const std::string& name) {
    const std::size_t begin = text.find("\n" + name + " ") + 1;
    return text.substr(begin, text.find('\n', begin) - begin);
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("describe has a line for each array: extents, range, mean, deviation") {
    Net net{Seed{1}};
    auto weight = state_dict(net)[0];
    REQUIRE(weight.name == "0.weight");
    for (std::size_t r = 0; r < 3; ++r)
        for (std::size_t c = 0; c < 2; ++c) weight.data[r * weight.pitch + c] = static_cast<float>(2 * r + c);
    const std::string text = describe(net), line = line_of(text, "0.weight");
    CAPTURE(text);
    CHECK(has(line, "3 x 2"));
    CHECK(
        has(line, "          0            5          2.5        1.708"));  // 0 to 5: deviation sqrt(35 / 12)
    CHECK(has(line_of(text, "1.shift"), "all 0"));
    CHECK(has(line_of(text, "1.running_variance"), "          1            1            1            0"));
    CHECK(has(text, "weights of the 4 copies after 0 steps: 0.2500 0.2500 0.2500 0.2500\n"));
}

TEST_CASE("describe counts elements that are not finite, and leaves them out of the other figures") {
    Net net{Seed{1}};
    auto weight = state_dict(net)[0];
    weight.data[0] = std::numeric_limits<float>::quiet_NaN();
    weight.data[1] = std::numeric_limits<float>::infinity();
    for (std::size_t r = 1; r < 3; ++r)
        for (std::size_t c = 0; c < 2; ++c) weight.data[r * weight.pitch + c] = 7;
    auto bias = state_dict(net)[1];
    std::fill_n(bias.data, 2, std::numeric_limits<float>::quiet_NaN());
    const std::string text = describe(net);
    CAPTURE(text);
    CHECK(has(line_of(text, "0.weight"), "          7            7            7            0  2 not finite"));
    CHECK(has(line_of(text, "0.bias"), "no element is finite"));
}

TEST_CASE("describe names retired copies, and refuses a model that was moved from") {
    Net net{Seed{1}};
    net.posterior().retired[1] = 1;
    CHECK(has(describe(net), "0.2500 retired 0.2500 0.2500\n"));
    struct Single : Model<Input<3>, SoftmaxClassifier<2>> {
        using Model::Model;
    };
    const Single single{Seed{1}};
    CHECK_FALSE(has(describe(single), "copies"));
    const Net other = std::move(net);
    CHECK_THROWS_AS((void)describe(net), ArgumentError);
}

}  // namespace model_describe_test
