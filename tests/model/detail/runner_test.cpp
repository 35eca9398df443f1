#include <alrao/model/detail/runner.hpp>

#include "../tiny_net.hpp"

#include <doctest/doctest.h>

#include <utility>

namespace model_detail_runner_test {

using namespace alrao;

TEST_CASE("a runner has the sizes of its constructor, and an arena of the planned size") {
    Threads threads(1);
    Workspace<TinyNet> workspace(7, threads);
    CHECK(workspace.max_batch() == 7);
    CHECK(workspace.max_time_steps() == 1);
    CHECK(&workspace.threads() == &threads);
    CHECK(workspace.arena().size() == TinyNet::prediction_elements(7));
    TrainingPass<TinyNet> pass(7, threads);
    CHECK(pass.arena().size() == TinyNet::training_elements(7));
}

TEST_CASE("empty batches, too large batches and null inputs are refused") {
    Threads threads(1);
    const TinyNet net(Seed{1});
    const TinyBatch data(4);
    CHECK_THROWS_AS(Workspace<TinyNet>(0, threads), ArgumentError);
    CHECK_THROWS_AS(Workspace<TinyNet>(1, threads, 0), ArgumentError);
    Workspace<TinyNet> workspace(3, threads);
    CHECK_THROWS_AS(workspace.run(net, data.inputs.data(), 0), ArgumentError);
    CHECK_THROWS_AS(workspace.run(net, data.inputs.data(), 4), ArgumentError);
    CHECK_THROWS_AS(workspace.run(net, data.inputs.data(), 2, 2), ArgumentError);
    CHECK_THROWS_AS(workspace.run(net, nullptr, 2), ArgumentError);
    TrainingPass<TinyNet> pass(3, threads);
    CHECK_THROWS_AS(pass.forward(net, data.examples(), {}, false), ArgumentError);
    CHECK(workspace.run(net, data.inputs.data(), 3).rows == 3);  // still usable afterwards
}

TEST_CASE("a moved-from model is refused and can be assigned to") {
    Threads threads(1);
    TinyNet net(Seed{1});
    const TinyBatch data(3);
    const TinyNet kept = std::move(net);
    Workspace<TinyNet> workspace(3, threads);
    TrainingPass<TinyNet> pass(3, threads);
    CHECK_THROWS_AS(workspace.run(net, data.inputs.data(), 3), ArgumentError);
    CHECK_THROWS_AS(workspace.evaluate(net, data.examples()), ArgumentError);
    CHECK_THROWS_AS(pass.forward(net, data.examples(), {}, false), ArgumentError);
    net = kept;
    CHECK(workspace.run(net, data.inputs.data(), 3).rows == 3);
}

}  // namespace model_detail_runner_test
