#pragma once

#include <alrao/check/head/laws.hpp>
#include <alrao/check/report.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/model/model.hpp>
#include <alrao/model/training_pass.hpp>
#include <alrao/model/workspace.hpp>
#include <alrao/ops/activation.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/head.hpp>
#include <alrao/tensor/fail.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace alrao::check {

/// A small network that ends in the head. Its activation is smooth, so that differences approximate
/// derivatives.
template <class T, class Head>
struct HeadNet : Model<T, Input<6>, Dense<5>, Tanh, Head> {
    using Model<T, Input<6>, Dense<5>, Tanh, Head>::Model;
};

/// Random samples with labels, targets and weights.
template <class T>
struct HeadBatch {
    HeadBatch(std::size_t samples, std::size_t outputs, const HeadCheckOptions& options) {
        Philox random(options.seed, samples);
        for (std::size_t i = 0; i < samples * width; ++i) inputs.push_back(static_cast<T>(random.normal()));
        for (std::size_t r = 0; r < samples; ++r) {
            labels.push_back(static_cast<std::int32_t>(random.below(outputs)));
            weights.push_back(static_cast<T>(0.25 + random.uniform()));
        }
        for (std::size_t i = 0; i < samples * outputs; ++i)
            targets.push_back(static_cast<T>(options.target(random)));
    }
    /// The batch for a head of this task. `weighted`: with sample weights.
    [[nodiscard]] Batch<T> batch(Task task, bool weighted = false) const {
        const bool classes = task == Task::classification;
        return {.inputs = inputs.data(),
                .truth = {.labels = classes ? labels.data() : nullptr,
                          .targets = classes ? nullptr : targets.data(),
                          .weights = weighted ? weights.data() : nullptr},
                .samples = labels.size()};
    }

    /// Replaces sample `to` by a copy of sample `from`.
    void replace(std::size_t to, std::size_t from, std::size_t outputs) {
        std::copy_n(inputs.data() + from * width, width, inputs.data() + to * width);
        std::copy_n(targets.data() + from * outputs, outputs, targets.data() + to * outputs);
        labels[to] = labels[from];
    }

    static constexpr std::size_t width = 6;  // numbers of an input
    std::vector<T> inputs, targets, weights;
    std::vector<std::int32_t> labels;
};

/// Runs a training pass forward and backward, and holds its results: `loss` and `weight` from `sums`, the
/// log-likelihoods [copies], and the gradients in the layout of the parameter buffer.
struct HeadResult {
    BatchLoss sums;
    double loss = 0, weight = 0;
    std::vector<double> log_likelihood, gradients;

    template <class Pass, class Net, class T>
    HeadResult(Pass& pass, const Net& net, const Batch<T>& batch) {
        sums = pass.forward(net, batch, {1, 1}, true);
        pass.backward(net, true);
        loss = sums.loss;
        weight = sums.weight;
        log_likelihood.assign(pass.log_likelihood().begin(), pass.log_likelihood().end());
        for (const T g : pass.gradients()) gradients.push_back(static_cast<double>(g));
    }
};

/// Returns the results of a training pass on `count` threads.
template <class Backend, class Net, class T>
HeadResult learned(const Net& net, const Batch<T>& batch, int count = 1) {
    Threads threads(count);
    TrainingPass<Net, Backend> pass(batch.samples, threads);
    return HeadResult(pass, net, batch);
}

/// Returns the predictions [samples, outputs], without the padding between rows.
template <class Backend, class Net, class T>
std::vector<double> predicted(const Net& net, const Batch<T>& batch, Averaged averaged) {
    Threads threads(1);
    Workspace<Net, Backend> workspace(batch.samples, threads);
    const Block<const T> out = workspace.run(net, batch.inputs, batch.samples, 1, averaged);
    std::vector<double> all;
    for (std::size_t r = 0; r < out.rows; ++r)
        for (std::size_t c = 0; c < out.channels; ++c) all.push_back(static_cast<double>(out.row(r)[c]));
    return all;
}

/// Returns the number of correct predictions (with labels) or the sum of squared errors (with targets) of the
/// predictions `outputs`, [samples, width].
inline BatchLoss errors_of(const Batch<double>& batch, const std::vector<double>& outputs,
                           std::size_t width) {
    BatchLoss sums;
    for (std::size_t r = 0; r < batch.samples; ++r) {
        const double* const output = outputs.data() + r * width;
        if (batch.truth.labels != nullptr)
            sums.correct += std::max_element(output, output + width) - output == batch.truth.labels[r];
        for (std::size_t k = 0; k < width && batch.truth.targets != nullptr; ++k)
            sums.squared_error += std::pow(output[k] - batch.truth.targets[r * width + k], 2);
    }
    return sums;
}

/// Whether a call throws ArgumentError.
template <class Call>
bool refused_by(Call call) {
    try {
        call();
    } catch (const ArgumentError&) {
        return true;
    }
    return false;
}

/// Tests the law `workspace` of a head for 1 to 299 rows.
template <class Head, class Backend>
void note_workspace(CheckReport& report) {
    graph::Node node;
    node.input = features(5);
    node.facts = Head::facts(node.input);
    std::size_t before = 0;
    for (std::size_t rows = 1; rows < 300; ++rows) {
        const std::size_t now = Op<Head>::template workspace<Backend, float>(node, rows, 1);
        report.note(head_law::workspace, now >= before,
                    {rows, " rows need ", now, " elements, fewer rows need ", before});
        before = std::max(before, now);
    }
}

/// Returns a network with random parameters, including biases, and copies of unequal weight.
template <class Net>
Net stirred(Seed seed) {
    using T = typename Net::scalar;
    Net net(seed);
    Philox random(seed, 1);
    for (const ParameterEntry& entry : Net::parameters)
        for (std::size_t row = 0; row < entry.rows; ++row)
            for (std::size_t c = 0; c < entry.features * entry.inner; ++c)
                net.parameter_buffer()[entry.offset + row * entry.columns + c] +=
                    static_cast<T>(0.3 * random.normal());
    double sum = 0;
    for (double& weight : net.posterior().log_weights) sum += weight = 0.05 + random.uniform();
    for (double& weight : net.posterior().log_weights) weight = std::log(weight / sum);
    return net;
}

/// Calls f(index in the buffer of parameters, copy) for each element of the parameters. For the trunk, `copy` is the
/// number of copies.
template <class Net, class F>
void for_each_parameter(F f) {
    for (const ParameterEntry& entry : Net::parameters)
        for (std::size_t row = 0; row < entry.rows; ++row)
            for (std::size_t c = 0; c < entry.features * entry.inner; ++c)
                f(entry.offset + row * entry.columns + c,
                  entry.copies == 0 ? Net::network::copies : c / entry.inner);
}

}  // namespace alrao::check
