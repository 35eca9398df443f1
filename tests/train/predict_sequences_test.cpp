#include <alrao/layers/dense.hpp>
#include <alrao/layers/embedding.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/last_step.hpp>
#include <alrao/layers/lstm.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/embedding.hpp>
#include <alrao/ops/last_step.hpp>
#include <alrao/ops/lstm.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/train/predict_sequences.hpp>

#include "../error_of.hpp"
#include <doctest/doctest.h>
#include <xtensor/xview.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace train_predict_sequences_test {

using namespace alrao;

namespace {

struct Words : Model<Tokens, Embedding<7, 4>, LSTM<5>, AveragedHead<SoftmaxClassifier<6>, 2>> {
    using Model::Model;
};
struct Last : Model<Sequence<3>, LSTM<5>, LastStep, Dense<2>> {
    using Model::Model;
};

xt::xtensor<std::int32_t, 2> text(std::size_t steps, std::size_t streams) {
    xt::xtensor<std::int32_t, 2> tokens(std::array<std::size_t, 2>{steps, streams});
    for (std::size_t i = 0; i < tokens.size(); ++i)
        tokens.data()[i] = static_cast<std::int32_t>((i * i + 2) % 7);
    return tokens;
}

}  // namespace

TEST_CASE("chunks and threads change nothing, because the state is carried") {
    const Words net{Seed{1}};
    const auto tokens = text(17, 3);
    const auto whole = predict_sequences(net, tokens, {.chunk = 100});
    static_assert(std::is_same_v<std::remove_const_t<decltype(whole)>, xt::xtensor<float, 3>>);
    REQUIRE(whole.shape()[0] == 17);
    REQUIRE(whole.shape()[1] == 3);
    REQUIRE(whole.shape()[2] == 6);
    for (const SequenceOptions options :
         {SequenceOptions{.chunk = 1}, {.chunk = 5}, {.chunk = 17, .threads = 2}}) {
        const auto chunked = predict_sequences(net, tokens, options);
        REQUIRE(chunked.size() == whole.size());
        for (std::size_t i = 0; i < whole.size(); ++i)
            CHECK(chunked.data()[i] == doctest::Approx(whole.data()[i]).epsilon(1e-5));
    }
    // Later steps do depend on earlier ones.
    auto other = tokens;
    other(0, 1) = (other(0, 1) + 1) % 7;
    const auto changed = predict_sequences(net, other);
    CHECK(changed(2, 1, 0) != whole(2, 1, 0));
    CHECK(changed(2, 2, 0) == whole(2, 2, 0));
}

TEST_CASE("tokens can have the network's scalar type, and probabilities sum to 1") {
    const Words net{Seed{1}};
    const auto tokens = text(4, 2);
    const xt::xtensor<float, 2> numbers = xt::cast<float>(tokens);
    const auto a = predict_sequences(net, tokens), b = predict_sequences(net, numbers);
    CHECK(std::equal(a.begin(), a.end(), b.begin()));
    for (std::size_t t = 0; t < 4; ++t) {
        float sum = 0;
        for (std::size_t k = 0; k < 6; ++k) sum += a(t, 1, k);
        CHECK(sum == doctest::Approx(1));
    }
}

TEST_CASE("a call continues with the given state") {
    const Words net{Seed{1}};
    const auto tokens = text(9, 2);
    const auto whole = predict_sequences(net, tokens);
    CarriedState<Words> state(2);
    const xt::xtensor<std::int32_t, 2> first = xt::view(tokens, xt::range(0, 4));
    const xt::xtensor<std::int32_t, 2> rest = xt::view(tokens, xt::range(4, 9));
    (void)predict_sequences(net, first, state);
    const auto end = predict_sequences(net, rest, state);
    for (std::size_t k = 0; k < 6; ++k) CHECK(end(4, 1, k) == doctest::Approx(whole(8, 1, k)).epsilon(1e-5));
}

TEST_CASE("a network with LastStep has one output per stream, that of the last step") {
    const Last net{Seed{1}};
    xt::xtensor<float, 3> x(std::array<std::size_t, 3>{8, 2, 3});
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(i % 5) - 2;
    const auto whole = predict_sequences(net, x), chunked = predict_sequences(net, x, {.chunk = 3});
    static_assert(std::is_same_v<std::remove_const_t<decltype(whole)>, xt::xtensor<float, 2>>);
    REQUIRE(whole.shape()[0] == 2);
    REQUIRE(whole.shape()[1] == 2);
    for (std::size_t i = 0; i < whole.size(); ++i)
        CHECK(chunked.data()[i] == doctest::Approx(whole.data()[i]).epsilon(1e-5));
}

TEST_CASE("wrong extents, wrong numbers of streams, unknown tokens and empty chunks are refused") {
    const Words net{Seed{1}};
    const Last last{Seed{1}};
    const xt::xtensor<std::int32_t, 1> flat = {1, 2, 3};
    CHECK(error_of([&] { (void)predict_sequences(net, flat); }).find("[steps, streams") != std::string::npos);
    const xt::xtensor<float, 3> wide(std::array<std::size_t, 3>{4, 2, 5}, 0.0F);
    const std::string said = error_of([&] { (void)predict_sequences(last, wide); });
    CHECK(said.find("[2, 5]") != std::string::npos);
    CHECK(said.find("[3]") != std::string::npos);
    const xt::xtensor<float, 2> no_width(std::array<std::size_t, 2>{4, 3}, 0.0F);
    CHECK(error_of([&] { (void)predict_sequences(last, no_width); }) != "");
    CarriedState<Words> state(3);
    CHECK(error_of([&] { (void)predict_sequences(net, text(4, 2), state); }).find("state has 3") !=
          std::string::npos);
    auto foreign = text(6, 2);
    foreign(5, 0) = 7;
    CHECK(error_of([&] { (void)predict_sequences(net, foreign); }).find("token 7") != std::string::npos);
    CHECK(error_of([&] { (void)predict_sequences(net, text(4, 2), {.chunk = 0}); }) != "");
    const xt::xtensor<std::int32_t, 2> nothing(std::array<std::size_t, 2>{0, 2});
    CHECK(error_of([&] { (void)predict_sequences(net, nothing); }) != "");
}

}  // namespace train_predict_sequences_test
