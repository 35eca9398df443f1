#include <alrao/learn/weight_average.hpp>

#include "small_task.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace learn_weight_average_test {

using namespace alrao;

namespace {

using Net = small::Normalized<float>;

std::vector<float> copy(std::span<const float> numbers) { return {numbers.begin(), numbers.end()}; }

/// A model and an optimizer that keeps an average, trained on the batches of small_task.
struct Run {
    explicit Run(WeightAveraging average) : optimizer{net, Adam{.rate = 0.01}, {.weight_average = average}} {}
    void learn(std::uint64_t first, std::uint64_t end) {
        for (std::uint64_t step = first; step < end; ++step) {
            take_step(net, optimizer, pass, data.at(step));
            parameters.push_back(copy(std::as_const(net).parameter_buffer()));
        }
    }
    Net net{Seed{1}};
    OneRateOptimizer<Net, rule::Adam> optimizer;
    Threads threads{1};
    TrainingPass<Net> pass{small::batch, threads};
    small::Batches<float> data;
    std::vector<std::vector<float>> parameters{};  ///< after each step
};

}  // namespace

TEST_CASE("shares of the laws") {
    const WeightAveraging mean = average::Polynomial{.power = 0}, late = average::Polynomial{};
    const WeightAveraging exponential = average::Exponential{.decay = 0.9}, window = average::Window{};
    for (const WeightAveraging& law : {mean, late, exponential, window.over(100)}) CHECK(law.share(0) == 1);
    CHECK(mean.share(9) == 0.1);
    CHECK(late.share(9) == 0.5);
    CHECK(exponential.share(4) == 0.2);
    CHECK(exponential.share(99) == doctest::Approx(0.1));
    CHECK(window.over(100).share(1) == 0.5);
    CHECK(window.over(100).share(80) == 0.2);
    CHECK(window.over(10).share(5) == 1);  // a window of less than one step
    CHECK(WeightAveraging(average::Window{.steps = 40}).over(100).share(20) == 0.5);
    CHECK_THROWS_WITH_AS((void)window.share(3), doctest::Contains("length is open"), ArgumentError);
    CHECK_THROWS_AS(WeightAveraging(average::Polynomial{.power = -1}), ArgumentError);
    CHECK_THROWS_AS(WeightAveraging(average::Exponential{.decay = 2}), ArgumentError);
    CHECK_THROWS_AS(WeightAveraging(average::Window{.fraction = 0}), ArgumentError);
}

TEST_CASE("a power of 0 gives the mean of the parameters after each step") {
    Run run(average::Polynomial{.power = 0});
    run.learn(0, 7);
    run.optimizer.use_average(run.net);
    for (std::size_t i = 0; i < Net::parameter_elements; ++i) {
        double sum = 0;
        for (const auto& parameters : run.parameters) sum += static_cast<double>(parameters[i]);
        CHECK(static_cast<double>(run.net.parameter_buffer()[i]) == doctest::Approx(sum / 7).epsilon(1e-5));
    }
}

TEST_CASE("a step of an average of open length throws, and changes nothing") {
    Run run(average::Window{}), other(average::Window{});
    const auto before = copy(run.net.parameter_buffer());
    CHECK_THROWS_WITH_AS(run.learn(0, 1), doctest::Contains("close_schedule"), ArgumentError);
    CHECK(run.optimizer.step_number() == 0);
    CHECK(copy(run.net.parameter_buffer()) == before);
    for (Run* one : {&run, &other}) {
        one->optimizer.close_schedule(10);
        one->learn(0, 3);
    }
    CHECK(copy(run.net.parameter_buffer()) == copy(other.net.parameter_buffer()));
}

TEST_CASE("using the average between steps does not change them") {
    Run straight(average::Polynomial{}), looked(average::Polynomial{});
    straight.learn(0, 9);
    for (std::uint64_t step = 0; step < 9; ++step) {
        looked.learn(step, step + 1);
        const auto training = copy(looked.net.parameter_buffer()),
                   statistics = copy(looked.net.statistic_buffer());
        looked.optimizer.use_average(looked.net);
        CHECK((copy(looked.net.parameter_buffer()) == training) == (step == 0));
        looked.optimizer.use_average(looked.net);  // has no further effect
        looked.net.statistic_buffer()[0] = 99;     // as if they were measured again
        if (step % 2 == 0) {
            looked.optimizer.use_training(looked.net);
            CHECK(copy(looked.net.parameter_buffer()) == training);
            CHECK(copy(looked.net.statistic_buffer()) == statistics);
        }
    }
    looked.optimizer.use_training(looked.net);
    CHECK(looked.parameters == straight.parameters);
    straight.optimizer.use_average(straight.net);
    looked.optimizer.use_average(looked.net);
    CHECK(copy(looked.net.parameter_buffer()) == copy(straight.net.parameter_buffer()));
}

TEST_CASE("a model that was changed while it had the average is trained on, with a new average") {
    Run run(average::Polynomial{});
    run.learn(0, 3);
    run.optimizer.use_average(run.net);
    run.net.parameter_buffer()[0] += 1;
    const auto changed = copy(run.net.parameter_buffer());
    run.optimizer.use_training(run.net);
    CHECK(copy(run.net.parameter_buffer()) == changed);
    run.learn(3, 4);
    run.optimizer.use_average(run.net);
    CHECK(copy(run.net.parameter_buffer()) == run.parameters.back());  // the average of one step
}

TEST_CASE("without an average, and before the first step, nothing changes") {
    Net net(Seed{1});
    const auto before = copy(net.parameter_buffer());
    OneRateOptimizer<Net, rule::Adam> without{net, Adam{}},
        with{net, Adam{}, {.weight_average = average::Polynomial{}}};
    CHECK_FALSE(without.averages_weights());
    CHECK(with.averages_weights());
    without.use_average(net);
    with.use_average(net);
    CHECK(copy(net.parameter_buffer()) == before);
    Net other(Seed{2});
    CHECK_THROWS_AS(with.use_average(other), ArgumentError);
}

TEST_CASE("a snapshot continues with the same bits, also while the model has the average") {
    Run straight(average::Exponential{.decay = 0.7});
    straight.learn(0, 4);
    for (const bool in_model : {false, true}) {
        CAPTURE(in_model);
        Run kept(average::Exponential{.decay = 0.7}), resumed(average::Exponential{.decay = 0.7});
        kept.learn(0, 2);
        if (in_model) kept.optimizer.use_average(kept.net);
        resumed.net = kept.net;
        resumed.optimizer.restore(resumed.net, kept.optimizer.snapshot());
        resumed.learn(2, 4);
        CHECK(resumed.parameters.back() == straight.parameters.back());
        resumed.optimizer.use_average(resumed.net);
        Run other(average::Exponential{.decay = 0.7});
        other.learn(0, 4);
        other.optimizer.use_average(other.net);
        CHECK(copy(resumed.net.parameter_buffer()) == copy(other.net.parameter_buffer()));
    }
    Run without(average::Polynomial{});
    Net net(Seed{1});
    OneRateOptimizer<Net, rule::Adam> plain{net, Adam{.rate = 0.01}};
    CHECK_THROWS_WITH_AS(plain.restore(net, without.optimizer.snapshot()),
                         doctest::Contains("average of the parameters"), ArgumentError);
}

}  // namespace learn_weight_average_test
