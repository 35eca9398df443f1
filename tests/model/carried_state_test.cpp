#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/model/carried_state.hpp>
#include <alrao/train/trainer.hpp>

#include "tiny_net.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

namespace model_carried_state_test {

using namespace alrao;

namespace {

/// y = the sum of all x so far, in this chunk and in previous ones: the smallest layer with carried
/// state.
struct RunningSum {
    static constexpr std::string_view name = "RunningSum";
    static constexpr Facts facts(const Shape& input) {
        Facts facts = Facts::same_shape(input);
        facts.carried.per_sample = input.channels();
        return facts;
    }
    template <class T>
    static void forward(Context<T>& context) {
        const std::size_t n = context.input.channels;
        for (std::size_t b = 0; b < context.batch_size; ++b)
            for (std::size_t c = 0; c < n; ++c) {
                T sum = context.carried.row(b)[c];
                for (std::size_t t = 0; t < context.time_steps; ++t) {
                    sum += context.input.row(t * context.batch_size + b)[c];
                    context.output.row(t * context.batch_size + b)[c] = sum;
                }
                context.carried_on.row(b)[c] = sum;
            }
    }
    template <class T>
    static void backward(Context<T>& context) {
        const std::size_t n = context.input.channels;
        for (std::size_t b = 0; b < context.batch_size; ++b)
            for (std::size_t c = 0; c < n; ++c) {
                T sum{0};
                for (std::size_t t = context.time_steps; t-- > 0;) {
                    sum += context.output_gradient.row(t * context.batch_size + b)[c];
                    if (context.input_gradient)
                        context.input_gradient.row(t * context.batch_size + b)[c] = sum;
                }
            }
    }
};

struct Sums : Model<Sequence<2>, RunningSum> {
    using Model::Model;
};
struct Learner : Model<Sequence<2>, Dense<3>, RunningSum, Dense<2>, RunningSum, SoftmaxClassifier<3>> {
    using Model::Model;
};

std::vector<float> run(Workspace<Sums>& workspace, const std::vector<float>& x, std::size_t batch,
                       std::size_t steps) {
    const Block<const float> y = workspace.run(Sums{Seed{1}}, x.data(), batch, steps);
    return {y.data, y.data + y.rows * y.channels};
}

}  // namespace

TEST_CASE("a state has a row per stream and layer; networks without recurrent layers have none") {
    CHECK(CarriedState<TinyNet>::per_stream == 0);
    CHECK(CarriedState<TinyNet>(7).numbers().empty());
    CHECK(CarriedState<Learner>::per_stream == 5);
    CarriedState<Learner> state(4);
    CHECK(state.batch() == 4);
    CHECK(state.numbers().size() == 20);
    CHECK(state.of_leaf(1, 4).channels == 3);
    CHECK(state.of_leaf(3, 4).channels == 2);
    CHECK_FALSE(state.of_leaf(0, 4));
    std::fill(state.numbers().begin(), state.numbers().end(), 2.0F);
    CarriedState<Learner> copy = state;
    copy.reset(1);
    CHECK(copy.of_leaf(1, 4).row(1)[0] == 0);
    CHECK(copy.of_leaf(3, 4).row(1)[1] == 0);
    CHECK(std::count(copy.numbers().begin(), copy.numbers().end(), 0.0F) == 5);
    copy.reset();
    CHECK(std::count(copy.numbers().begin(), copy.numbers().end(), 0.0F) == 20);
    CHECK(state.numbers()[0] == 2);
}

TEST_CASE("a workspace continues from its last state, or from a restored one") {
    Threads threads;
    Workspace<Sums> workspace(2, threads, 3);
    const std::vector<float> chunk{1, 10, 100, 1000, 2, 20, 200, 2000};  // [2 steps, 2 streams, 2]
    CHECK(run(workspace, chunk, 2, 2) == std::vector<float>{1, 10, 100, 1000, 3, 30, 300, 3000});
    const CarriedState<Sums> kept = workspace.state();
    CHECK(run(workspace, chunk, 2, 1) == std::vector<float>{4, 40, 400, 4000});
    workspace.state() = kept;
    CHECK(run(workspace, chunk, 2, 1) == std::vector<float>{4, 40, 400, 4000});
    // A smaller batch uses the first streams; the others do not change.
    CHECK(run(workspace, {5, 50}, 1, 1) == std::vector<float>{9, 90});
    CHECK(run(workspace, {0, 0, 0, 0}, 2, 1) == std::vector<float>{9, 90, 400, 4000});
    workspace.state().reset();
    CHECK(run(workspace, chunk, 2, 1) == std::vector<float>{1, 10, 100, 1000});
    workspace.state() = CarriedState<Sums>(3);
    CHECK_THROWS_AS(run(workspace, chunk, 2, 1), ArgumentError);
}

TEST_CASE("training updates the state when a step is accepted, and not before") {
    Threads threads;
    const Learner net{Seed{1}};
    TrainingPass<Learner> pass(2, threads, 2);
    const std::vector<float> inputs{1, 2, 3, 4, 5, 6, 7, 8};
    const std::vector<std::int32_t> labels{0, 1, 2, 0};
    const Batch<float> examples{
        .inputs = inputs.data(), .truth = {.labels = labels.data()}, .samples = 2, .time_steps = 2};
    const double first = pass.forward(net, examples, {}, false).loss;
    CHECK(pass.forward(net, examples, {}, false).loss == first);
    pass.backward(net, false);
    CHECK(std::all_of(pass.state().numbers().begin(), pass.state().numbers().end(),
                      [](float x) { return x == 0; }));
    Learner committed = net;
    pass.commit(committed);
    CHECK(pass.state().numbers()[0] != 0);
    CHECK(pass.forward(net, examples, {}, false).loss != first);
    pass.state().reset();
    CHECK(pass.forward(net, examples, {}, false).loss == first);
}

TEST_CASE("a trainer's step updates the state; a step that throws does not") {
    Threads threads;
    Learner net{Seed{1}};
    OneRateOptimizer optimizer(net, Sgd{.rate = 0.01});
    Trainer trainer(net, optimizer, 2, threads, Seed{0}, 2);
    const std::vector<float> inputs{1, 2, 3, 4, 5, 6, 7, 8};
    std::vector<std::int32_t> labels{0, 1, 2, 0};
    const Batch<float> examples{
        .inputs = inputs.data(), .truth = {.labels = labels.data()}, .samples = 2, .time_steps = 2};
    trainer.train_step(examples);
    const CarriedState<Learner> kept = trainer.state();
    CHECK(kept.numbers()[0] != 0);
    labels[3] = 9;
    CHECK_THROWS_AS(trainer.train_step(examples), ArgumentError);
    CHECK(std::equal(kept.numbers().begin(), kept.numbers().end(), trainer.state().numbers().begin()));
}

TEST_CASE("a moved-from state has no streams; an invalid stream index is refused") {
    CarriedState<Sums> state(3);
    CHECK_THROWS_AS(state.reset(3), ArgumentError);
    CHECK_NOTHROW(state.reset(2));
    CarriedState<Sums> other = std::move(state);
    CHECK(other.batch() == 3);
    CHECK(state.batch() == 0);
    CHECK_THROWS_AS(state.reset(0), ArgumentError);
    CHECK_THROWS_AS(state.take(other, 1), ArgumentError);
    CHECK_THROWS_AS(other.take(CarriedState<Sums>(3), 4), ArgumentError);
    state = other;
    CHECK(state.batch() == 3);
    Threads threads(1);
    Workspace<Sums> workspace(3, threads, 2);
    const Sums net{Seed{1}};
    const std::vector<Sums::scalar> x(3 * 2 * Sums::input_shape.size());
    CarriedState<Sums> kept = std::move(workspace.state());
    CHECK_THROWS_WITH_AS((void)workspace.run(net, x.data(), 3, 2), doctest::Contains("streams"),
                         ArgumentError);
    workspace.state() = kept;
    CHECK_NOTHROW((void)workspace.run(net, x.data(), 3, 2));
    Workspace<Sums> moved = std::move(workspace);
    CHECK_NOTHROW((void)moved.run(net, x.data(), 3, 2));
    CHECK_THROWS_AS((void)workspace.run(net, x.data(), 3, 2), ArgumentError);
    static_assert(!std::is_copy_constructible_v<Workspace<Sums>>);
}

}  // namespace model_carried_state_test
