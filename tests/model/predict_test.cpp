#include "tiny_net.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <thread>

namespace model_predict_test {

using namespace alrao;

namespace {
template <class Run>
std::vector<float> rows(const Run& block) {
    return {block.data, block.data + block.rows * block.channels};
}
}  // namespace

TEST_CASE("probabilities of each sample sum to 1; evaluate gives their loss") {
    Threads threads(1);
    const TinyNet net(Seed{1});
    const TinyBatch data(11);
    Workspace<TinyNet> workspace(11, threads);
    const std::vector<float> p = rows(workspace.run(net, data.inputs.data(), 11));
    double loss = 0;
    std::size_t correct = 0;
    for (std::size_t b = 0; b < 11; ++b) {
        const float* row = p.data() + 3 * b;
        CHECK(row[0] + row[1] + row[2] == doctest::Approx(1).epsilon(1e-6));
        const auto label = data.labels[b];
        loss -= std::log(static_cast<double>(row[label]));
        correct += std::max_element(row, row + 3) - row == label;
    }
    const BatchLoss got = workspace.evaluate(net, data.examples());
    CHECK(got.loss == doctest::Approx(loss).epsilon(1e-5));
    CHECK(got.correct == correct);
    CHECK(got.weight == 11);
    CHECK(got.samples == 11);
}

TEST_CASE("eight threads that share a model predict the same bits as one thread") {
    Threads threads(1);
    const TinyNet net(Seed{1});
    const TinyBatch data(16);
    Workspace<TinyNet> serial(16, threads);
    const std::vector<float> wanted = rows(serial.run(net, data.inputs.data(), 16));
    std::vector<int> differing(8, 0);
    std::vector<std::thread> running;
    for (std::size_t t = 0; t < 8; ++t)
        running.emplace_back([&, t] {
            Threads own(1);
            Workspace<TinyNet> workspace(16, own);
            for (int again = 0; again < 50; ++again)
                differing[t] += rows(workspace.run(net, data.inputs.data(), 16)) != wanted;
        });
    for (std::thread& thread : running) thread.join();
    CHECK(std::count(differing.begin(), differing.end(), 0) == 8);
}

TEST_CASE("the best copy's prediction is that of the copy with the largest weight") {
    Threads threads(1);
    TinyNet net(Seed{1});
    const TinyBatch data(5);
    Workspace<TinyNet> workspace(5, threads);
    net.posterior().log_weights = {std::log(0.2), std::log(0.1), std::log(0.4), std::log(0.3)};
    const auto best = rows(workspace.run(net, data.inputs.data(), 5, 1, Averaged::best_copy));
    const auto mixed = rows(workspace.run(net, data.inputs.data(), 5));
    CHECK(mixed == rows(workspace.run(net, data.inputs.data(), 5, 1, Averaged::posterior_mean)));
    const double nothing = -std::numeric_limits<double>::infinity();
    net.posterior().log_weights = {nothing, nothing, 0, nothing};
    const auto only = rows(workspace.run(net, data.inputs.data(), 5));
    CHECK(best != mixed);
    for (std::size_t i = 0; i < best.size(); ++i) CHECK(best[i] == doctest::Approx(only[i]).epsilon(1e-6));
}

TEST_CASE("evaluate refuses invalid and missing labels") {
    Threads threads(1);
    const TinyNet net(Seed{1});
    TinyBatch data(4);
    Workspace<TinyNet> workspace(4, threads);
    for (const std::int32_t label : {-1, 3, 1000000}) {
        data.labels[2] = label;
        CHECK_THROWS_AS(workspace.evaluate(net, data.examples()), ArgumentError);
    }
    CHECK_THROWS_AS(workspace.evaluate(net, {.inputs = data.inputs.data(), .samples = 4}), ArgumentError);
    // A classifier needs labels, not targets.
    CHECK_THROWS_AS(
        workspace.evaluate(
            net, {.inputs = data.inputs.data(), .truth = {.targets = data.inputs.data()}, .samples = 4}),
        ArgumentError);
}

}  // namespace model_predict_test
