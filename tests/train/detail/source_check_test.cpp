#include <alrao/train/evaluate.hpp>

#include <alrao/ops/dropout.hpp>
#include <alrao/ops/lstm.hpp>

#include "../stream_nets.hpp"
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

namespace train_detail_source_check_test {

using namespace alrao;

namespace {

template <class Net>
std::string refusal(const std::vector<std::int32_t>& tokens) {
    try {
        const Net net{Seed{1}};
        (void)evaluate(net, Streams(tokens, {2, 3}));
    } catch (const ArgumentError& error) {
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE_TEMPLATE("the length of a chunk does not change the evaluation", T, float, double) {
    const auto tokens = toy::pairs(4 * 61 + 1, 0.3);
    const toy::Averaging<T> net{Seed{3}};
    const Evaluation whole = evaluate(net, Streams(tokens, {.streams = 4, .chunk = 60}));
    CHECK(whole.samples == 244);
    for (const std::size_t chunk : {1U, 2U, 7U, 30U, 59U}) {
        const Evaluation e = evaluate(net, Streams(tokens, {.streams = 4, .chunk = chunk}));
        CHECK(e.loss == doctest::Approx(whole.loss).epsilon(sizeof(T) == 4 ? 1e-6 : 1e-14));
        CHECK(e.accuracy == whole.accuracy);
        CHECK(e.samples == whole.samples);
    }
    CHECK(whole.bits() == doctest::Approx(whole.loss / std::log(2.0)));
}

namespace {

template <class T>
struct Recurrent : Model<T, Tokens, Embedding<toy::words, 8>, Dropout<Percent<20>>, LSTM<9>, LSTM<7>,
                         AveragedHead<SoftmaxClassifier<toy::words>, 3>> {
    using Recurrent::Model::Model;
};

}  // namespace

TEST_CASE_TEMPLATE("the length of a chunk does not change the evaluation with LSTMs", T, float, double) {
    const auto tokens = toy::pairs(4 * 61 + 1, 0.3);
    const Recurrent<T> net{Seed{3}};
    const Evaluation whole = evaluate(net, Streams(tokens, {.streams = 4, .chunk = 60}));
    for (const std::size_t chunk : {1U, 17U, 59U}) {
        const Evaluation e = evaluate(net, Streams(tokens, {.streams = 4, .chunk = chunk}));
        CHECK(e.loss == doctest::Approx(whole.loss).epsilon(sizeof(T) == 4 ? 1e-6 : 1e-14));
    }
}

TEST_CASE("each evaluation begins with a state of 0; threads and back ends do not matter") {
    const auto tokens = toy::pairs(200, 0.3);
    const Streams streams(tokens, {.streams = 3, .chunk = 9});
    const toy::Averaging<double> net{Seed{3}};
    Threads threads(2);
    Evaluator<toy::Averaging<double>, OwnTiles<>> again(streams, 256, threads);
    const Evaluation first = again(net);
    CHECK(again(net) == first);
    CHECK(evaluate<OwnTiles<>>(net, streams) == first);
}

TEST_CASE("the loss equals that of reading token by token") {
    const auto tokens = toy::pairs(50, 0.3);
    const toy::Single<double> net{Seed{3}};
    Threads threads;
    Workspace<toy::Single<double>> workspace(1, threads);
    double loss = 0;
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        const double token = tokens[i];
        const Block<const double> p = workspace.run(net, &token, 1);
        loss -= std::log(p.row(0)[tokens[i + 1]]);
    }
    const Evaluation e = evaluate(net, Streams(tokens, {.streams = 1, .chunk = 20}));
    CHECK(e.loss == doctest::Approx(loss / 49).epsilon(1e-12));
}

TEST_CASE("tokens that the network does not have are refused and named") {
    auto tokens = toy::pairs(20);
    CHECK(refusal<toy::Averaging<double>>(tokens).empty());
    tokens[7] = 5;
    const std::string message = refusal<toy::Averaging<double>>(tokens);
    CHECK(message.find("evaluate: token 7 is 5; the network has an Embedding of 5 tokens") !=
          std::string::npos);
    struct Numbers : Model<double, Sequence<1>, Dense<3>, SoftmaxClassifier<5>> {
        using Model::Model;
    };
    CHECK(refusal<Numbers>(tokens).find("token 7 is 5; the network has a head of 5 classes") !=
          std::string::npos);
}

}  // namespace train_detail_source_check_test
