// Covers: model/predict_arrays.hpp
#include <alrao/model/predict_arrays.hpp>
#include <alrao/model/predict_samples.hpp>

#include <alrao/kernels/cblas.hpp>
#include <alrao/model/model.hpp>
#include <alrao/ops/activation.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/threads.hpp>
#include <alrao/tensor/xtensor.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace model_predict_samples_test {

using namespace alrao;

namespace {

std::vector<float> samples(std::size_t count) {
    std::vector<float> numbers(6 * count);
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>(i % 7) / 7;
    return numbers;
}

}  // namespace

TEST_CASE("a vector, an xtensor, and spans in and out have the same predictions, in batches of any size") {
    struct Flat : Model<Input<6>, Dense<5>, ReLU, AveragedHead<SoftmaxClassifier<3>, 2>> {
        using Model::Model;
    };
    const Flat net{Seed{1}};
    const std::vector<float> inputs = samples(11);
    const auto from_vector = predict<OwnTiles<>>(net, inputs);
    CHECK(from_vector.shape()[0] == 11);
    CHECK(from_vector.shape()[1] == 3);
    const xt::xtensor<float, 2, xt::layout_type::row_major> array =
        xt::adapt(inputs, std::array<std::size_t, 2>{11, 6});
    CHECK(predict<OwnTiles<>>(net, array) == from_vector);
    std::vector<float> outputs(33), in_workspace(33);
    for (const std::size_t batch_size : std::initializer_list<std::size_t>{1, 4, 11, 100}) {
        predict<OwnTiles<>>(net, std::span<const float>(inputs), std::span<float>(outputs),
                            {.batch_size = batch_size});
        for (std::size_t i = 0; i < 33; ++i)
            CHECK(outputs[i] == doctest::Approx(from_vector.data()[i]).epsilon(1e-6));
    }
    Threads threads(1);
    Workspace<Flat, OwnTiles<>> workspace(4, threads);
    predict(net, workspace, std::span<const float>(inputs), std::span<float>(in_workspace));
    CHECK(predict<OwnTiles<>>(net, inputs, {.batch_size = 4}) ==
          xt::adapt(in_workspace, std::array<std::size_t, 2>{11, 3}));
}

TEST_CASE("sizes that are not a whole number of samples, no samples, and a batch size of 0 are refused") {
    struct Flat : Model<Input<6>, SoftmaxClassifier<3>> {
        using Model::Model;
    };
    const Flat net{Seed{1}};
    const std::vector<float> uneven(13), none, two = samples(2);
    CHECK_THROWS_WITH_AS((void)predict(net, uneven),
                         doctest::Contains("13 numbers are not a whole number of samples"), ArgumentError);
    CHECK_THROWS_AS((void)predict(net, none), ArgumentError);
    CHECK_THROWS_AS((void)predict(net, two, {.batch_size = 0}), ArgumentError);
    std::vector<float> small(5);
    CHECK_THROWS_WITH_AS(predict(net, std::span<const float>(two), std::span<float>(small)),
                         doctest::Contains("need 6 numbers, got 5"), ArgumentError);
    const xt::xtensor<float, 2> other = xt::zeros<float>({2, 5});
    CHECK_THROWS_WITH_AS((void)predict(net, other), doctest::Contains("a sample has extents [5]"),
                         ArgumentError);
}

}  // namespace model_predict_samples_test
