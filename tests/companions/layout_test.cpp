// Functions that take or return xtensors, compiled with settings that a project may choose for xtensor
// (tests/companions/meson.build lists them). Results are compared with those for plain memory, which the settings
// do not affect: row-major arrays must give the same numbers, arrays in another order must be refused.
#include <alrao/alrao.hpp>
#include <alrao/check/layer/gradient_check.hpp>
#include <alrao/data/labelled_images.hpp>

#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

using namespace alrao;

namespace {

template <class T, std::size_t N>
using RowMajor = xt::xtensor<T, N, xt::layout_type::row_major>;
template <class T, std::size_t N>
using ColumnMajor = xt::xtensor<T, N, xt::layout_type::column_major>;

constexpr bool default_is_row_major = XTENSOR_DEFAULT_LAYOUT == xt::layout_type::row_major;

/// y[:, j] = sum over i of x[:, i] w[i, j], with a weight that is not symmetric.
struct Product {
    static constexpr std::string_view name = "Product";

    static constexpr Facts facts(const Shape& input) {
        const std::size_t n = input.channels();
        Facts facts = Facts::same_shape(input);
        facts.parameters.push({.name = "weight",
                               .extents = Extents{n, n},
                               .role = Role::weight,
                               .fan_in = n,
                               .fan_out = n,
                               .feature_axis = 1});
        facts.backward_needs_input = true;
        facts.flops = 1;
        return facts;
    }

    template <class T>
    static void forward(Context<T>& context) {
        const auto x = matrix_view(context.input), w = value_view(context.parameter[0]);
        auto y = matrix_view(context.output);
        xt::noalias(y) = xt::zeros<T>({x.shape(0), x.shape(1)});
        for (std::size_t i = 0; i < w.shape(0); ++i)
            y += xt::view(x, xt::all(), xt::range(i, i + 1)) * xt::view(w, xt::range(i, i + 1), xt::all());
    }

    template <class T>
    static void backward(Context<T>& context) {
        const auto x = matrix_view(context.input), dy = matrix_view(context.output_gradient);
        const auto w = value_view(context.parameter[0]);
        auto dw = gradient_view(context.parameter[0]);
        for (std::size_t i = 0; i < w.shape(0); ++i)
            xt::view(dw, i, xt::all()) = xt::sum(xt::view(x, xt::all(), xt::range(i, i + 1)) * dy, {0});
        if (!context.input_gradient) return;
        auto dx = matrix_view(context.input_gradient);
        for (std::size_t i = 0; i < w.shape(0); ++i)
            xt::view(dx, xt::all(), i) = xt::sum(dy * xt::view(w, xt::range(i, i + 1), xt::all()), {1});
    }
};

struct Images : Model<Input<4, 3, 2>, Conv2d<5, Kernel<3>, Padding<1>>, ReLU, Flatten, Dense<6>, Product,
                      AveragedHead<SoftmaxClassifier<3>, 2>> {
    using Model::Model;
};
struct Pictures : Model<Input<4, 3, 2>, Conv2d<5, Kernel<3>, Padding<1>>, ReLU> {
    using Model::Model;
};
struct Regression : Model<Input<4>, Dense<8>, Tanh, GaussianRegressor<2>> {
    using Model::Model;
};
struct Steps : Model<Sequence<2>, LSTM<4>, AveragedHead<SoftmaxClassifier<3>, 2>> {
    using Model::Model;
};

constexpr std::size_t count = 9;

std::vector<float> numbers(std::size_t size) {
    Philox random(Seed{3}, 0);
    std::vector<float> result(size);
    for (float& number : result) number = static_cast<float>(random.normal());
    return result;
}

template <class Array>
Array filled(const typename Array::shape_type& shape, const std::vector<float>& row_major) {
    Array array(shape);
    auto rows = view<std::tuple_size_v<typename Array::shape_type>>(row_major.data(), shape);
    array = rows;
    return array;
}

/// Whether an array has these elements, in row-major order of the indices.
template <class Array>
bool equals(const Array& array, const std::vector<float>& row_major) {
    const auto rows = view<std::tuple_size_v<typename Array::shape_type>>(row_major.data(), array.shape());
    return array.size() == row_major.size() && xt::all(xt::equal(array, rows));
}

}  // namespace

TEST_CASE("predictions are row-major and equal those for plain memory") {
    const Images net{Seed{1}};
    const std::vector<float> inputs = numbers(count * 24);
    std::vector<float> expected(count * 3);
    predict(net, std::span<const float>(inputs), std::span<float>(expected));
    const auto images = filled<RowMajor<float, 4>>({count, 4, 3, 2}, inputs);
    const auto got = predict(net, images);
    static_assert(std::is_same_v<decltype(got), const RowMajor<float, 2>>);
    CHECK(equals(got, expected));
    for (std::size_t i = 0; i < count; ++i) CHECK(got(i, 0) + got(i, 1) + got(i, 2) == doctest::Approx(1));
    const xt::xtensor<float, 2> copy = got;  // in the default layout
    CHECK(equals(copy, expected));
    const RowMajor<float, 4> first = xt::view(images, xt::range(0, 1));
    const auto alone = predict(net, first);  // BLAS may round differently for a single sample
    for (std::size_t k = 0; k < 3; ++k) CHECK(alone(0, k) == doctest::Approx(expected[k]).epsilon(1e-5));
}

TEST_CASE("predictions of rank 4 are row-major and equal those for plain memory") {
    const Pictures net{Seed{1}};
    const std::vector<float> inputs = numbers(count * 24);
    std::vector<float> expected(count * 60);
    predict(net, std::span<const float>(inputs), std::span<float>(expected));
    const auto got = predict(net, filled<RowMajor<float, 4>>({count, 4, 3, 2}, inputs));
    CHECK(equals(got, expected));
}

TEST_CASE("predictions of sequences are row-major and equal those for plain memory") {
    const Steps net{Seed{1}};
    const std::vector<float> inputs = numbers(7 * 2 * 2);  // [steps, streams, 2]
    Threads threads(1);
    Workspace<Steps> workspace(2, threads, 7);
    const auto rows = workspace.run(net, inputs.data(), 2, 7);
    std::vector<float> expected;
    for (std::size_t row = 0; row < rows.rows; ++row)
        expected.insert(expected.end(), rows.row(row), rows.row(row) + rows.channels);
    const auto got = predict_sequences(net, filled<RowMajor<float, 3>>({7, 2, 2}, inputs), {.threads = 1});
    static_assert(std::is_same_v<decltype(got), const RowMajor<float, 3>>);
    CHECK(equals(got, expected));
    CHECK_THROWS_AS(
        static_cast<void>(predict_sequences(net, filled<ColumnMajor<float, 3>>({7, 2, 2}, inputs))),
        ArgumentError);
}

TEST_CASE("arrays in column-major order are refused with a message") {
    const Images net{Seed{1}};
    const std::vector<float> inputs = numbers(count * 24), numbers_of_4 = numbers(count * 4);
    const auto images = filled<ColumnMajor<float, 4>>({count, 4, 3, 2}, inputs);
    CHECK_THROWS_WITH_AS(static_cast<void>(predict(net, images)), doctest::Contains("not row-major"),
                         ArgumentError);
    const std::vector<std::int32_t> labels(count, 1);
    CHECK_THROWS_WITH_AS(Dataset(images, labels), doctest::Contains("not row-major"), ArgumentError);
    const auto rows = filled<RowMajor<float, 2>>({count, 4}, numbers_of_4);
    const auto targets = filled<ColumnMajor<float, 2>>({count, 2}, numbers(count * 2));
    CHECK_THROWS_WITH_AS(Dataset(rows, targets), doctest::Contains("not row-major"), ArgumentError);
    const auto default_rows = filled<xt::xtensor<float, 2>>({count, 4}, numbers_of_4);
    const auto default_targets = filled<xt::xtensor<float, 2>>({count, 2}, numbers(count * 2));
    if (default_is_row_major) CHECK_NOTHROW(Dataset(default_rows, default_targets));
    else CHECK_THROWS_AS(Dataset(default_rows, default_targets), ArgumentError);
}

TEST_CASE("vectors, and arrays with one row or one column, are accepted in any layout") {
    const std::vector<float> inputs = numbers(count);
    const auto column = filled<ColumnMajor<float, 2>>({count, 1}, inputs);
    const auto row = filled<ColumnMajor<float, 2>>({1, 4}, numbers(4));
    const auto targets = filled<ColumnMajor<float, 1>>({count}, inputs);
    const Dataset data(column, targets);
    for (std::size_t i = 0; i < count; ++i) {
        CHECK(*data.inputs(i) == inputs[i]);
        CHECK(*data.targets(i) == inputs[i]);
    }
    const Regression net{Seed{1}};
    CHECK(predict(net, row).shape(1) == 2);
}

TEST_CASE("training from xtensors gives the same bits as training from plain memory") {
    const std::vector<float> inputs = numbers(count * 4), targets = numbers(count * 2);
    const auto x = filled<RowMajor<float, 2>>({count, 4}, inputs);
    const auto y = filled<RowMajor<float, 2>>({count, 2}, targets);
    const auto trained = [](const Dataset<float>& data) {
        Regression net{Seed{1}};
        fit(net, Sgd{.rate = 0.01}, data, {.epochs = 3, .batch_size = 4, .threads = 1});
        const auto buffer = net.parameter_buffer();
        return std::vector<float>(buffer.begin(), buffer.end());
    };
    CHECK(trained({x, y}) == trained({inputs, targets, Extents{4}}));
}

TEST_CASE("images from a reader are accepted without conversion") {
    data::LabelledImages images;
    images.images = numbers(count * 24);
    images.labels.assign(count, 2);
    images.count = count, images.height = 4, images.width = 3, images.channels = 2;
    const Dataset<float> data(images);
    CHECK(data.inputs(1)[5] == images.images[24 + 5]);
}

TEST_CASE("a layer's views and a model's arrays are row-major") {
    std::array<float, 6> memory{0, 1, 2, 3, 4, 5};
    CHECK(view<2>(memory.data(), {2, 3})(1, 0) == 3);
    matrix_view(Block<float>{memory.data(), 2, 3, 3})(0, 1) = 10;
    CHECK(memory[1] == 10);
    CHECK(strided_view<2>(memory.data(), {2, 2}, {3, 1})(1, 1) == 4);

    Images net{Seed{1}};
    auto weight = array_view<2>(net, "3.weight");
    REQUIRE(weight.shape(0) == 60);
    REQUIRE(weight.shape(1) == 6);
    for (const ParameterEntry& entry : Images::parameters)
        if (entry.rows == 60)
            CHECK(&weight(2, 1) == &net.parameter_buffer()[entry.offset + 2 * entry.columns + 1]);
    const xt::xtensor<float, 2> copy = weight;
    CHECK(copy(59, 5) == weight(59, 5));
    CHECK(copy(0, 5) == weight(0, 5));
}

TEST_CASE("a layer that is written with views has correct gradients") {
    for (const Shape& shape : {features(5), image(2, 3, 4)}) {
        const GradientReport report = gradient_check<Product>(shape);
        CHECK_MESSAGE(report.passed, report.where << ": " << report.worst);
    }
}
