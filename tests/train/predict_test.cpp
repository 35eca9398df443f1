#include <alrao/train/predict.hpp>

#include "toy.hpp"

#include <alrao/ops/flatten.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace train_predict_test {

using namespace alrao;

namespace {

struct Trunk : Model<Input<2, 2, 3>, ReLU> {
    using Model::Model;
};
struct Images : Model<Input<2, 3, 1>, Flatten, SoftmaxClassifier<4>> {
    using Model::Model;
};

template <class Backend = DefaultBackend>
std::vector<float> serial(const toy::Averaged& net, const std::vector<float>& points) {
    std::vector<float> outputs(points.size());
    predict<Backend>(net, std::span<const float>(points), std::span<float>(outputs), {.batch_size = 1});
    return outputs;
}

}  // namespace

TEST_CASE("predict takes an xtensor and returns an xtensor of probabilities") {
    const toy::Averaged net{Seed{1}};
    const toy::Quadrants data(10, Seed{1});
    xt::xtensor<float, 2> x(std::array<std::size_t, 2>{10, 2});
    std::copy(data.points.begin(), data.points.end(), x.begin());
    const xt::xtensor<float, 2> p = predict(net, x);
    CHECK(p.shape()[0] == 10);
    CHECK(p.shape()[1] == 2);
    for (std::size_t i = 0; i < 10; ++i) CHECK(p(i, 0) + p(i, 1) == doctest::Approx(1));
    const std::vector<float> expected = serial(net, data.points);
    for (std::size_t i = 0; i < 20; ++i) CHECK(p.data()[i] == doctest::Approx(expected[i]).epsilon(1e-5));
}

TEST_CASE("the result has the extents of the last layer") {
    const Trunk trunk{Seed{1}};
    xt::xtensor<float, 4> x(std::array<std::size_t, 4>{5, 2, 2, 3}, -1.0F);
    x(3, 1, 0, 2) = 7;
    const auto y = predict(trunk, x);
    static_assert(decltype(y)::rank == 4);
    CHECK(y(3, 1, 0, 2) == 7);
    CHECK(y(0, 0, 0, 0) == 0);
}

TEST_CASE("batch sizes and threads change results by rounding only; with own tiles not at all") {
    const toy::Averaged net{Seed{1}};
    const toy::Quadrants data(37, Seed{1});
    const std::vector<float> expected = serial<OwnTiles<>>(net, data.points);
    const std::vector<float> other = serial(net, data.points);
    for (const PredictOptions options :
         {PredictOptions{.batch_size = 5}, {.batch_size = 1000}, {.batch_size = 37, .threads = 2}}) {
        std::vector<float> outputs(expected.size());
        predict<OwnTiles<>>(net, std::span<const float>(data.points), std::span<float>(outputs), options);
        CHECK(outputs == expected);
        predict(net, std::span<const float>(data.points), std::span<float>(outputs), options);
        for (std::size_t i = 0; i < outputs.size(); ++i)
            CHECK(outputs[i] == doctest::Approx(other[i]).epsilon(1e-5));
    }
}

TEST_CASE("eight threads predict with one model at the same time with the bits of one") {
    const toy::Averaged net{Seed{1}};
    const toy::Quadrants data(64, Seed{1});
    const std::vector<float> expected = serial(net, data.points);
    std::vector<std::vector<float>> outputs(8, std::vector<float>(expected.size()));
    std::vector<std::thread> team;
    for (std::vector<float>& mine : outputs)
        team.emplace_back([&] {
            Threads alone;
            Workspace<toy::Averaged> workspace(1, alone);
            for (int repeat = 0; repeat < 20; ++repeat)
                predict(net, workspace, std::span<const float>(data.points), std::span<float>(mine));
        });
    for (std::thread& thread : team) thread.join();
    for (const std::vector<float>& mine : outputs) CHECK(mine == expected);
}

TEST_CASE("wrong extents are refused; the message has both") {
    const Images net{Seed{1}};
    const xt::xtensor<float, 3> good(std::array<std::size_t, 3>{4, 2, 3}, 0.0F);
    CHECK(predict(net, good).shape()[1] == 4);
    const xt::xtensor<float, 3> turned(std::array<std::size_t, 3>{4, 3, 2}, 0.0F);
    try {
        (void)predict(net, turned);
        FAIL("accepted");
    } catch (const ArgumentError& error) {
        CHECK(std::string(error.what()).find("[3, 2]") != std::string::npos);
        CHECK(std::string(error.what()).find("[2, 3, 1]") != std::string::npos);
    }
    std::vector<float> inputs(12), outputs(7);
    CHECK_THROWS_AS(predict(net, std::span<const float>(inputs), std::span<float>(outputs)), ArgumentError);
    CHECK_THROWS_AS(predict(net, std::span<const float>(outputs), std::span<float>(inputs)), ArgumentError);
    CHECK_THROWS_AS(predict(net, std::span<const float>(), std::span<float>()), ArgumentError);
}

TEST_CASE("a vector or a span of the numbers gives the same predictions as the array") {
    const toy::Averaged net{Seed{1}};
    const toy::Quadrants data(10, Seed{1});
    xt::xtensor<float, 2> x(std::array<std::size_t, 2>{10, 2});
    std::copy(data.points.begin(), data.points.end(), x.begin());
    const xt::xtensor<float, 2> p = predict<OwnTiles<>>(net, x);
    const xt::xtensor<float, 2> of_vector = predict<OwnTiles<>>(net, data.points);
    const xt::xtensor<float, 2> of_span = predict<OwnTiles<>>(net, std::span(data.points), {.threads = 2});
    CHECK(of_vector.shape() == p.shape());
    CHECK(of_vector == p);
    CHECK(of_span == p);
    const xt::xtensor<float, 2> one = predict(net, std::span(data.points).first(2));
    CHECK(one.shape()[0] == 1);
    CHECK(std::equal(one.begin(), one.end(), predict(net, data.points, {.batch_size = 1}).begin()));
}

TEST_CASE("numbers that are not whole samples are refused, and empty inputs") {
    const toy::Averaged net{Seed{1}};
    CHECK_THROWS_AS(static_cast<void>(predict(net, std::vector<float>(3))), ArgumentError);
    CHECK_THROWS_AS(static_cast<void>(predict(net, std::vector<float>{})), ArgumentError);
}

TEST_CASE("a data set is predicted in its order, also parts of it; labels are not read") {
    const toy::Averaged net{Seed{1}};
    const toy::Quadrants quadrants(10, Seed{1});
    const std::vector<std::int32_t> no_class(10, 99);
    const Dataset<float> data(quadrants.points, no_class);
    const xt::xtensor<float, 2> p = predict(net, data);
    CHECK(p == predict(net, quadrants.points));
    const std::vector<std::size_t> order{7, 0, 3, 3, 9};
    for (const std::size_t batch : {1u, 2u, 5u, 64u}) {
        const xt::xtensor<float, 2> part =
            predict(net, data.part(order), {.batch_size = batch, .threads = 2});
        REQUIRE(part.shape()[0] == order.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            for (std::size_t k = 0; k < part.shape()[1]; ++k)
                CHECK(part(i, k) == doctest::Approx(p(order[i], k)).epsilon(1e-5));
    }
    CHECK_THROWS_AS(static_cast<void>(predict(net, data.part(order), {.batch_size = 0})), ArgumentError);
}

TEST_CASE("a data set of other samples is refused; flat samples are accepted as images") {
    const Images net{Seed{1}};
    const std::vector<float> numbers(12);
    const std::vector<std::int32_t> two(2), four(4);
    CHECK(predict(net, Dataset<float>(numbers, two)).shape()[0] == 2);
    CHECK_THROWS_AS(static_cast<void>(predict(net, Dataset<float>(numbers, four))), ArgumentError);
    CHECK_THROWS_AS(
        static_cast<void>(predict(net, Dataset<float>(numbers.data(), two.data(), 2, Extents{3, 2, 1}))),
        ArgumentError);
    CHECK_THROWS_AS(
        static_cast<void>(predict(net, Dataset<float>(numbers.data(), two.data(), 0, Extents{6}))),
        ArgumentError);
}

}  // namespace train_predict_test
