#include <alrao/train/dataset.hpp>

#include <alrao/tensor/xtensor.hpp>

#include "../error_of.hpp"
#include "toy.hpp"
#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace train_dataset_test {

using namespace alrao;

namespace {

using Floats = std::vector<float>;
using Labels = std::vector<std::int32_t>;

}  // namespace

TEST_CASE("a data set is a view of xtensors, ranges, spans, pointers and labelled images") {
    const Floats inputs{1, 2, 3, 4, 5, 6};
    const Labels labels{0, 1, 2};
    const Dataset data(inputs, labels);
    static_assert(std::is_same_v<decltype(data), const Dataset<float>>);
    CHECK(data.size() == 3);
    CHECK(data.sample() == Extents{2});
    CHECK(data.inputs(1) == inputs.data() + 2);
    CHECK(data.label(2) == 2);

    const Dataset<float> spans{std::span<const float>(inputs), std::span<const std::int32_t>(labels)};
    CHECK(spans.inputs(2) == inputs.data() + 4);
    const Dataset<float> pointers(inputs.data(), labels.data(), 3, Extents{1, 2, 1});
    CHECK(pointers.sample() == Extents{1, 2, 1});

    xt::xtensor<float, 3> images(std::array<std::size_t, 3>{3, 4, 5});
    const xt::xtensor<std::int32_t, 1> classes(std::array<std::size_t, 1>{3}, 1);
    const Dataset tensors(images, classes);
    CHECK(tensors.sample() == Extents{4, 5});
    CHECK(tensors.inputs(1) == images.data() + 20);

    const toy::Images read{Floats(24), Labels(2), 2, 2, 3, 2, 10};
    const Dataset from_reader(read);
    CHECK(from_reader.sample() == Extents{2, 3, 2});
    CHECK(from_reader.size() == 2);
}

TEST_CASE("a sample has one or more targets") {
    const Floats inputs(12), targets(4);
    CHECK(Dataset<float>(inputs, targets).sample() == Extents{3});
    CHECK(Dataset<float>(inputs, targets).outputs() == 1);
    const Dataset<float> two(inputs, targets, Extents{6});
    CHECK(two.size() == 2);
    CHECK(two.outputs() == 2);
    CHECK(two.targets(1) == targets.data() + 2);
    xt::xtensor<float, 2> x(std::array<std::size_t, 2>{4, 3}), y(std::array<std::size_t, 2>{4, 2});
    const Dataset shaped(x, y);
    CHECK(shaped.outputs() == 2);
    CHECK(shaped.has_targets());
    CHECK_FALSE(shaped.has_labels());
}

TEST_CASE("temporary arrays do not compile, temporary views do") {
    using D = Dataset<float>;
    static_assert(!std::is_constructible_v<D, Floats, Labels&>);
    static_assert(!std::is_constructible_v<D, Floats&, Labels>);
    static_assert(!std::is_constructible_v<D, Floats&, Floats>);
    static_assert(!std::is_constructible_v<D, Floats, Floats&, Extents>);
    static_assert(!std::is_constructible_v<D, xt::xtensor<float, 2>, Labels&>);
    static_assert(!std::is_constructible_v<D, toy::Images>);
    static_assert(!std::is_convertible_v<toy::Images, D>);
    static_assert(std::is_convertible_v<const toy::Images&, D>);
    static_assert(std::is_constructible_v<D, const Floats&, std::span<const std::int32_t>>);
    static_assert(!std::is_constructible_v<D, std::vector<double>&, Labels&>);
    static_assert(!std::is_constructible_v<D, Floats&, std::vector<long>&>);
    enum class Kind { first };
    static_assert(!std::is_constructible_v<D, Floats&, std::vector<std::uint8_t>&>);
    static_assert(!std::is_constructible_v<D, Floats&, std::vector<unsigned>&>);
    static_assert(!std::is_constructible_v<D, Floats&, std::vector<bool>&>);
    static_assert(!std::is_constructible_v<D, Floats&, std::vector<Kind>&>);
    static_assert(!std::is_constructible_v<D, Floats&, std::span<const std::int64_t>>);
    static_assert(!std::is_constructible_v<D, Floats&, xt::xtensor<std::int64_t, 1>&>);
    static_assert(!std::is_constructible_v<D, const float*, const std::int64_t*, int, Extents>);
    static_assert(!std::is_constructible_v<D, std::vector<int>&, Labels&>);
    static_assert(std::is_constructible_v<D, float*, std::int32_t*, int, Extents>);
    static_assert(std::is_copy_constructible_v<D>);
    CHECK(true);
}

TEST_CASE("sizes that do not fit are refused with the numbers") {
    const Floats inputs(7);
    const Labels labels(3);
    CHECK(error_of([&] { Dataset<float>(inputs, labels); }).find("7 input numbers for 3 samples") !=
          std::string::npos);
    CHECK_THROWS_AS(Dataset<float>(inputs, inputs, Extents{2}), ArgumentError);
    xt::xtensor<float, 2> x(std::array<std::size_t, 2>{4, 3});
    CHECK(error_of([&] { Dataset<float>(x, labels); }).find("inputs of 4 samples") != std::string::npos);
    CHECK_THROWS_AS(Dataset<float>(inputs.data(), labels.data(), 3, Extents{0}), ArgumentError);
    const toy::Images torn{Floats(23), Labels(2), 2, 2, 3, 2, 10};
    CHECK_THROWS_AS(Dataset<float>{torn}, ArgumentError);
}

TEST_CASE("arrays that are not row-major are refused") {
    const Labels labels{0, 1, 0, 1};
    xt::xtensor<float, 2, xt::layout_type::column_major> columns(std::array<std::size_t, 2>{4, 3});
    CHECK(error_of([&] { Dataset<float>(columns, labels); }).find("row-major") != std::string::npos);
    const Floats targets(4);
    CHECK(error_of([&] { Dataset<float>(columns, targets, Extents{3}); }).find("row-major") !=
          std::string::npos);
    CHECK(error_of([&] { Dataset<float>(targets, columns, Extents{1}); }).find("row-major") !=
          std::string::npos);
    struct {
        xt::xtensor<float, 2, xt::layout_type::column_major> images;
        Labels labels;
        std::size_t count = 4, height = 1, width = 3, channels = 1, classes = 2;
    } pictures{columns, labels};
    CHECK(error_of([&] { Dataset<float>{pictures}; }).find("row-major") != std::string::npos);
}

TEST_CASE("a part is a view with its own order, and parts have parts") {
    const Floats inputs{0, 1, 2, 3, 4, 5};
    const Labels labels{0, 1, 2, 3, 4, 5};
    const Dataset data(inputs, labels);
    const Dataset<float> part = data.part({5, 0, 3});
    CHECK(part.size() == 3);
    CHECK(part.label(0) == 5);
    CHECK(part.inputs(2) == inputs.data() + 3);
    CHECK_FALSE(part.in_memory_order());
    CHECK(part.part({2, 1}).label(0) == 3);
    CHECK_THROWS_AS((void)part.part({3}), ArgumentError);
    CHECK_THROWS_AS((void)part.part({}), ArgumentError);
}

TEST_CASE("each class has a weight of 0 or more") {
    const Floats inputs(4);
    const Labels labels{0, 1, 1, 2};
    const Dataset data(inputs, labels);
    CHECK(data.weight(3) == 1);
    CHECK_FALSE(data.has_weights());
    const Dataset<float> weighted = data.with_class_weights({1, 0.5F, 3});
    CHECK(weighted.weight(1) == 0.5F);
    CHECK(weighted.part({3}).weight(0) == 3);
    CHECK_THROWS_AS((void)data.with_class_weights({1, 2}), ArgumentError);
    CHECK_THROWS_AS((void)data.with_class_weights({1, 2, -1}), ArgumentError);
    CHECK_THROWS_AS((void)data.with_class_weights({1, 2, std::numeric_limits<float>::infinity()}),
                    ArgumentError);
    CHECK_THROWS_AS((void)data.with_class_weights({0, 1e-31F, 1e-41F}), ArgumentError);
    CHECK_THROWS_AS((void)data.with_class_weights({1, 2, 2e30F}), ArgumentError);
    CHECK_NOTHROW((void)data.with_class_weights({1e-41F, 1e-29F, 1e30F}));
    CHECK_THROWS_AS((void)Dataset<float>(inputs, inputs).with_class_weights({1}), ArgumentError);
    CHECK(error_of([&] {
              (void)data.with_class_weights({0, 0, 0});
          }).find("all samples have class weight 0") != std::string::npos);
    CHECK_THROWS_AS((void)data.part({1, 2}).with_class_weights({1, 0, 1}), ArgumentError);
    CHECK(data.with_class_weights({0, 1, 0}).weight(1) == 1);
}

TEST_CASE("an output is selected for each sample") {
    const Floats inputs(3), targets(3);
    const Labels chosen{2, 0, 1};
    const Dataset<float> data = Dataset<float>(inputs, targets).with_selected(chosen);
    CHECK(data.has_selected());
    CHECK(data.part({2}).selected(0) == 1);
    CHECK_THROWS_AS((void)data.with_selected(std::span(chosen).first(2)), ArgumentError);
    CHECK_THROWS_AS((void)Dataset<float>(inputs, chosen).with_selected(chosen), ArgumentError);
    const xt::xtensor<std::int32_t, 1> tensor{2, 0, 1};
    CHECK(Dataset<float>(inputs, targets).with_selected(tensor).selected(2) == 1);
    // The argument is a temporary view, whose memory outlives the data set.
    CHECK(Dataset<float>(inputs, targets).with_selected(std::span(tensor.data(), 3)).selected(1) == 0);
}

TEST_CASE("null pointers are refused with the name of the array") {
    const Floats numbers(2);
    const Labels labels(2);
    const float* const none = nullptr;
    const std::int32_t* const no_labels = nullptr;
    const auto refused = [](const std::string& text, const char* what) {
        return text.find(std::string("pointer to the ") + what + " of 2 samples is null") !=
               std::string::npos;
    };
    CHECK(refused(error_of([&] { Dataset<float>(none, labels.data(), 2, Extents{1}); }), "inputs"));
    CHECK(refused(error_of([&] { Dataset<float>(numbers.data(), no_labels, 2, Extents{1}); }), "labels"));
    CHECK(refused(error_of([&] { Dataset<float>(none, numbers.data(), 2, Extents{1}, 1); }), "inputs"));
    CHECK(refused(error_of([&] { Dataset<float>(numbers.data(), none, 2, Extents{1}, 1); }), "targets"));
}

TEST_CASE("the scalar type of a data set is that of its inputs, also for pointers and with extents") {
    const Floats inputs(12), targets(4);
    const Labels labels(4);
    const Dataset deduced(inputs, targets, Extents{3});
    static_assert(std::is_same_v<decltype(deduced), const Dataset<float>>);
    CHECK(deduced.size() == 4);
    const Dataset pointed(inputs.data(), labels.data(), 4, Extents{3});
    static_assert(std::is_same_v<decltype(pointed), const Dataset<float>>);
    CHECK(pointed.sample_size() == 3);
}

}  // namespace train_dataset_test
