#include <alrao/train/detail/dataset_check.hpp>

#include "../toy.hpp"

#include <alrao/ops/flatten.hpp>
#include <alrao/train/split.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

namespace train_detail_dataset_check_test {

using namespace alrao;

namespace {

struct ImageNet : Model<Input<2, 3, 1>, Flatten, SoftmaxClassifier<3>> {
    using Model::Model;
};
struct TwoOutputs : Model<Input<2>, GaussianRegressor<2>> {
    using Model::Model;
};

using Floats = std::vector<float>;
using Labels = std::vector<std::int32_t>;

template <class Net>
std::string refusal(const Dataset<float>& data) {
    try {
        require_fitting_data<Net>(data, "fit");
    } catch (const ArgumentError& error) {
        return error.what();
    }
    return "";
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("samples have the extents of the network's input, or are flat, or omit extents of 1") {
    const Floats six(12);
    const Labels labels{0, 2};
    const auto with = [&](Extents extents) { return Dataset<float>(six.data(), labels.data(), 2, extents); };
    CHECK(refusal<ImageNet>(with(Extents{2, 3, 1})) == "");
    CHECK(refusal<ImageNet>(with(Extents{2, 3})) == "");
    CHECK(refusal<ImageNet>(with(Extents{6})) == "");
    const std::string turned = refusal<ImageNet>(with(Extents{3, 2, 1}));
    CHECK(has(turned, "[3, 2, 1]"));
    CHECK(has(turned, "[2, 3, 1]"));
    CHECK(has(refusal<ImageNet>(with(Extents{5})), "[5]"));
    static_assert(detail::same_extents(Extents{1, 28, 28}, Extents{28, 28, 1}));
    static_assert(!detail::same_extents(Extents{28, 28, 3}, Extents{28, 28}));
}

TEST_CASE("labels must be less than the number of classes of the head") {
    const Floats inputs(4);
    const Labels good{0, 1}, above{0, 2}, below{-1, 0};
    CHECK(refusal<toy::Plain>(Dataset<float>(inputs, good)) == "");
    const std::string text = refusal<toy::Plain>(Dataset<float>(inputs, above));
    CHECK(has(text, "sample 1 is 2"));
    CHECK(has(text, "0 to 1"));
    CHECK(has(refusal<toy::Plain>(Dataset<float>(inputs, below)), "sample 0 is -1"));
    CHECK(has(refusal<toy::Plain>(Dataset<float>(inputs, good).with_class_weights({1, 1, 1})),
              "3 class weights for 2 classes"));
    const Floats targets(2);
    CHECK(has(refusal<toy::Plain>(Dataset<float>(inputs, targets)), "learns from labels"));
    // A part of data with class weights can have weight 0.
    const Dataset<float> weighted = Dataset<float>(inputs, good).with_class_weights({0, 1});
    const auto [first, second] = split_at(weighted, 1);
    CHECK(has(refusal<toy::Plain>(first), "all samples have class weight 0"));
    CHECK(refusal<toy::Plain>(second) == "");
}

TEST_CASE("targets are finite, one for each output of the head, or one for a selected output") {
    const Floats inputs(4);
    Floats targets{1, 2, 3, 4};
    const Dataset<float> data(inputs, targets, Extents{2});
    CHECK(refusal<TwoOutputs>(data) == "");
    targets[2] = std::numeric_limits<float>::quiet_NaN();
    CHECK(has(refusal<TwoOutputs>(data), "target 0 of sample 1"));
    const Floats single{1, 2};
    const Dataset<float> one(inputs, single);
    CHECK(has(refusal<TwoOutputs>(one), "1 targets, the head 2 outputs"));
    const Labels chosen{0, 1}, beyond{0, 2};
    CHECK(refusal<TwoOutputs>(one.with_selected(chosen)) == "");
    CHECK(has(refusal<TwoOutputs>(one.with_selected(beyond)), "selects output 2"));
    CHECK(has(refusal<TwoOutputs>(Dataset<float>(inputs, chosen)), "learns from targets"));
}

TEST_CASE("the largest input is found, and one that is not finite is named") {
    Floats inputs{1, -7, 3, 4};
    const Labels labels{0, 1};
    const Dataset<float> data(inputs, labels);
    CHECK(largest_input(data, "fit") == 7);
    CHECK(largest_input(data.part({1}), "fit") == 4);
    inputs[3] = -std::numeric_limits<float>::infinity();
    try {
        largest_input(data, "fit");
        FAIL("accepted");
    } catch (const ArgumentError& error) {
        CHECK(has(error.what(), "input 1 of sample 1 is -inf"));
    }
}

}  // namespace train_detail_dataset_check_test
