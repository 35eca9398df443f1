#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/model/model.hpp>
#include <alrao/model/predict.hpp>
#include <alrao/ops/last_step.hpp>
#include <alrao/ops/lstm.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/train/trainer.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

namespace ops_last_step_test {

using namespace alrao;

TEST_CASE("a network with LastStep learns one label per sequence") {
    struct Net : Model<Sequence<1>, LSTM<8>, LastStep, SoftmaxClassifier<2>> {
        using Model::Model;
    };
    // The label is the sign of the first of five time steps.
    const std::size_t batch = 32, steps = 5;
    Philox random(Seed{1}, 0);
    std::vector<float> x(batch * steps);
    for (float& number : x) number = static_cast<float>(random.normal());
    std::vector<std::int32_t> labels;
    for (std::size_t b = 0; b < batch; ++b) labels.push_back(x[b] > 0 ? 1 : 0);
    const Batch<float> examples{
        .inputs = x.data(), .truth = {.labels = labels.data()}, .samples = batch, .time_steps = steps};
    Threads threads;
    Net net{Seed{2}};
    OneRateOptimizer optimizer(net, Adam{.rate = 0.02});
    Trainer trainer(net, optimizer, batch, threads, Seed{0}, steps);
    BatchLoss loss;
    for (int step = 0; step < 200; ++step) {
        trainer.state().reset();
        loss = trainer.train_step(examples).loss;
    }
    CHECK(loss.samples == batch);
    CHECK(loss.accuracy() > 0.95);
    Workspace<Net> workspace(batch, threads, steps);
    CHECK(workspace.run(net, x.data(), batch, steps).rows == batch);
}

}  // namespace ops_last_step_test
