#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/model/model.hpp>
#include <alrao/model/predict.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/embedding.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/train/trainer.hpp>

#include "../error_of.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace ops_embedding_test {

using namespace alrao;

namespace {

struct Words : Model<Tokens, Embedding<6, 5>, SoftmaxClassifier<3>> {
    using Model::Model;
};

}  // namespace

TEST_CASE("a step changes only the rows of the words in its batch") {
    Words net{Seed{1}};
    const Words before = net;
    OneRateOptimizer optimizer(net, Sgd{.rate = 0.5});
    Threads threads;
    Trainer trainer(net, optimizer, 2, threads, Seed{0}, 2);
    const std::vector<float> tokens{1, 4, 4, 1};
    const std::vector<std::int32_t> labels{0, 1, 2, 0};
    const StepReport report = trainer.train_step(
        {.inputs = tokens.data(), .truth = {.labels = labels.data()}, .samples = 2, .time_steps = 2});
    CHECK(report.loss.samples == 4);
    for (std::size_t word = 0; word < 6; ++word) {
        const float* const row = net.parameter_buffer().data() + word * 5;
        const bool changed = !std::equal(row, row + 5, before.parameter_buffer().data() + word * 5);
        CHECK(changed == (word == 1 || word == 4));
    }
}

TEST_CASE("an invalid token is refused with a message, and nothing is changed") {
    Words net{Seed{1}};
    OneRateOptimizer optimizer(net, Sgd{.rate = 0.5});
    Threads threads;
    Trainer trainer(net, optimizer, 2, threads, Seed{0}, 3);
    const Words before = net;
    const std::vector<std::int32_t> labels(6, 0);
    std::vector<float> tokens{0, 1, 2, 3, 4, 5};
    const auto step = [&] {
        trainer.train_step(
            {.inputs = tokens.data(), .truth = {.labels = labels.data()}, .samples = 2, .time_steps = 3});
    };
    for (const float bad : {6.0F, -1.0F, 2.5F, 1e30F, -1e30F, std::numeric_limits<float>::quiet_NaN(),
                            std::numeric_limits<float>::infinity()}) {
        tokens[3] = bad;
        CAPTURE(bad);
        const std::string message = error_of(step);
        CHECK(message.find("token ") != std::string::npos);
        CHECK(message.find("(sample 1, step 1)") != std::string::npos);
        CHECK(message.find("a whole number from 0 to 5") != std::string::npos);
        CHECK(std::equal(net.parameter_buffer().begin(), net.parameter_buffer().end(),
                         before.parameter_buffer().begin()));
        CHECK(optimizer.step_number() == 0);
        Workspace<Words> workspace(2, threads, 3);
        CHECK_THROWS_AS(workspace.run(net, tokens.data(), 2, 3), ArgumentError);
    }
    tokens[3] = 5;
    step();
    CHECK(optimizer.step_number() == 1);
}

}  // namespace ops_embedding_test
