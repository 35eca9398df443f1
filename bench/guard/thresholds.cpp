// Compares definitions of the guard's limit. A feature is considered divergent if the magnitude of its output
// exceeds the limit. A small network without normalisation is trained with learning rates that make it
// diverge, with several definitions of the limit. The results are in docs/experiments/guard.md.
//
// usage: bench_guard_thresholds [STEPS [SEEDS [FIRST_SEED]]]     defaults: 500, 8, 1

#include <alrao/layers/activation.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/learn/step.hpp>
#include <alrao/model/predict.hpp>
#include <alrao/ops/activation.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/softmax_head.hpp>

#include "../threads.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <limits>
#include <string>
#include <utility>
#include <vector>

using namespace alrao;

namespace {

struct Net : Model<Input<20>, Dense<48>, ReLU, Dense<48>, ReLU, AveragedHead<SoftmaxClassifier<10>, 10>> {
    using Model::Model;
};

constexpr std::size_t features = 20, classes = 10, batch = 64, examples = 4096;

/// Normally distributed inputs times `scale`, with labels from a random network with one hidden layer.
struct Task {
    std::vector<float> inputs;
    std::vector<std::int32_t> labels;

    Task(Seed seed, std::uint64_t part, double scale) {
        constexpr std::size_t hidden = 16;
        Philox teacher(seed, 1), random(seed, 2 + part);
        std::vector<double> first(features * hidden), second(hidden * classes);
        for (double& w : first) w = teacher.normal() / std::sqrt(double{features});
        for (double& w : second) w = teacher.normal();
        for (std::size_t i = 0; i < examples; ++i) {
            double x[features], h[hidden] = {}, score[classes] = {};
            for (double& value : x) {
                value = random.normal();
                inputs.push_back(static_cast<float>(scale * value));
            }
            for (std::size_t j = 0; j < hidden; ++j) {
                for (std::size_t k = 0; k < features; ++k) h[j] += x[k] * first[k * hidden + j];
                for (std::size_t c = 0; c < classes; ++c)
                    score[c] += std::tanh(2 * h[j]) * second[j * classes + c];
            }
            labels.push_back(static_cast<std::int32_t>(std::max_element(score, score + classes) - score));
        }
    }
};

/// What the threshold of a policy is multiplied by: 1, or the median or largest output of a layer on the
/// first batch.
enum class Scale { absolute, median, max };

/// A way to set the limit of a layer: `threshold` times the scale, and not less than `at_least`.
struct Policy {
    const char* name;
    OnDivergence on;
    Scale scale;
    double threshold;
    double at_least = 0;
};

/// The result of a run: accuracy on test samples, number of pruned features, whether the accuracy is below
/// 1.1 times the share of the most frequent class, and whether training ended with a DivergenceError.
struct Outcome {
    double accuracy = 0, pruned = 0;
    bool chance = false, error = false;
};

/// Returns the limit of a layer. `outputs` contains the largest output of each of its features on the first
/// batch.
double limit_of(const Policy& policy, std::span<const float> outputs) {
    std::vector<float> sorted(outputs.begin(), outputs.end());
    std::sort(sorted.begin(), sorted.end());
    const double scales[] = {1, sorted[sorted.size() / 2], sorted.back()};
    const double scale = scales[static_cast<std::size_t>(policy.scale)];
    return std::min(std::max(policy.at_least, policy.threshold * scale), 1e30);
}

/// Trains a network for `steps` steps and evaluates it.
Outcome run(const Policy& policy, double largest_rate, double input_scale, std::uint64_t seed,
            std::size_t steps) {
    const Task train(Seed{seed}, 0, input_scale), test(Seed{seed}, 1, input_scale);
    Threads threads;
    TrainingPass<Net> pass(batch, threads);
    Workspace<Net> workspace(examples, threads);
    Net net{Seed{seed}};
    AlraoOptimizer<Net> optimizer{
        net, LogUniform{1e-5, largest_rate}, Seed{seed + 1000}, {.guard = Guard{.policy = policy.on}}};
    Outcome outcome;
    const auto take = [&](std::size_t step) {
        const std::size_t first = step * batch % examples;
        const Batch<float> now{.inputs = train.inputs.data() + first * features,
                               .truth = {.labels = train.labels.data() + first},
                               .samples = batch};
        if (step == 0) {
            pass.forward(net, now, {}, true);
            auto snapshot = optimizer.snapshot();
            for (std::size_t leaf = 0; leaf < Net::node_count; ++leaf)
                if (!pass.output_magnitude(leaf).empty())
                    snapshot.limits[leaf] = limit_of(policy, pass.output_magnitude(leaf));
            optimizer.restore(net, std::move(snapshot));
        }
        take_step(net, optimizer, pass, now);
    };
    try {
        for (std::size_t step = 0; step < steps; ++step) take(step);
    } catch (const DivergenceError&) {
        outcome.error = true;
    }
    const BatchLoss result = workspace.evaluate(
        net, {.inputs = test.inputs.data(), .truth = {.labels = test.labels.data()}, .samples = examples});
    outcome.accuracy = result.any_finite ? result.accuracy() : 0;
    double largest_class = 0;
    for (int c = 0; c < static_cast<int>(classes); ++c)
        largest_class = std::max(largest_class,
                                 static_cast<double>(std::count(test.labels.begin(), test.labels.end(), c)));
    outcome.chance = outcome.accuracy < 1.1 * largest_class / double{examples};
    for (const Divergence& event : optimizer.pruned()) outcome.pruned += event.copy ? 0 : 1;
    return outcome;
}

}  // namespace

int main(int count, char** arguments) {
    bench::give_threads(arguments, 1);
    const auto steps = static_cast<std::size_t>(count > 1 ? std::atoi(arguments[1]) : 500);
    const auto seeds = static_cast<std::uint64_t>(count > 2 ? std::atoi(arguments[2]) : 8);
    const auto first = static_cast<std::uint64_t>(count > 3 ? std::atoi(arguments[3]) : 1);
    constexpr double infinity = std::numeric_limits<double>::infinity();
    std::vector<Policy> policies{{"ignore", OnDivergence::ignore, Scale::absolute, infinity},
                                 {"not finite", OnDivergence::quarantine, Scale::absolute, infinity}};
    const auto add = [&](const char* name, Scale scale, std::initializer_list<double> thresholds,
                         double at_least = 0) {
        for (const double threshold : thresholds)
            policies.push_back({name, OnDivergence::quarantine, scale, threshold, at_least});
    };
    add("absolute", Scale::absolute, {1e4, 1e3, 300, 100, 10});
    add("x median", Scale::median, {1e4, 1e3, 100, 30, 10});
    add("x max", Scale::max, {1e4, 1e3, 100, 30, 10});
    add("x median, at least 1000", Scale::median, {100, 30, 10, 3}, 1e3);
    add("x median, at least 300", Scale::median, {100, 30, 10, 3}, 300);

    const double rates[] = {10, 300, 1000, 10000};
    std::printf("%zu steps, %d seeds, %s; mean accuracy / runs at chance / errors / features pruned of 96\n",
                steps, static_cast<int>(seeds), std::string(build_info().instruction_set).c_str());
    for (const double input_scale : {1.0, 10.0, 100.0}) {
        std::printf("\ninputs x %g\n| limit | |", input_scale);
        for (const double rate : rates) std::printf(" eta_max %g |", rate);
        std::printf("\n|---|---|---|---|---|---|\n");
        for (const Policy& policy : policies) {
            std::printf("| %s | %g |", policy.name, policy.threshold);
            for (const double rate : rates) {
                Outcome sum;
                int chance = 0, errors = 0;
                for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
                    const Outcome one = run(policy, rate, input_scale, seed, steps);
                    sum.accuracy += one.accuracy / static_cast<double>(seeds);
                    sum.pruned += one.pruned / static_cast<double>(seeds);
                    chance += one.chance ? 1 : 0;
                    errors += one.error ? 1 : 0;
                }
                std::printf(" %.3f / %d / %d / %.1f |", sum.accuracy, chance, errors, sum.pruned);
            }
            std::printf("\n");
            std::fflush(stdout);
        }
    }
}
