#pragma once

#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/model/model.hpp>
#include <alrao/ops/activation.hpp>
#include <alrao/ops/composition.hpp>
#include <alrao/ops/conv2d.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/dropout.hpp>
#include <alrao/ops/flatten.hpp>
#include <alrao/ops/normalization.hpp>
#include <alrao/ops/normalize.hpp>
#include <alrao/ops/pool2d.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/ops/squeeze_excite.hpp>
#include <alrao/train/trainer.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

// Trains a full-size network for two steps. Each translation unit has one network.

namespace networks {
using namespace alrao;

/// A head of three copies, for ten or a thousand classes.
template <std::size_t Classes>
using Copies = AveragedHead<SoftmaxClassifier<Classes>, 3>;

template <class Network>
struct Alive : BasicModel<float, Network> {
    using BasicModel<float, Network>::BasicModel;
};

/// Trains two steps with Alrao on one batch. Losses and gradients must be finite, every parameter and every
/// copy must have a gradient, and the second loss must differ from the first.
template <class Network>
void check_two_steps() {
    using Net = Alive<Network>;
    constexpr std::size_t batch = 2, classes = Net::output_shape.channels();
    Threads threads(2);
    Net net(Seed{1});
    if constexpr (has_normalize<Net>) {
        const std::size_t channels = Net::input_shape.channels();
        normalize_by(net, std::vector<double>(channels, 0), std::vector<double>(channels, 1));
    }
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-5, 1e-2}, Seed{2}};
    Trainer<Net, AlraoOptimizer<Net>> trainer(net, optimizer, batch, threads);
    Philox random(Seed{3}, 0);
    std::vector<float> inputs(batch * Net::input_shape.size());
    for (float& x : inputs) x = static_cast<float>(random.normal());
    const std::vector<std::int32_t> labels{0, static_cast<std::int32_t>(classes - 1)};
    const Batch<float> examples{
        .inputs = inputs.data(), .truth = {.labels = labels.data()}, .samples = batch};

    const BatchLoss first = trainer.train_step(examples).loss;
    CHECK(is_finite(first.loss));
    CHECK(first.mean_loss() > 0.1);
    auto& pass = trainer.pass();
    std::size_t unreached = 0;
    for (std::size_t p = 0; p < Net::parameters.size(); ++p) {
        const ParameterEntry& entry = Net::parameters[p];
        const auto gradient = pass.gradients().subspan(entry.offset, entry.elements());
        const bool finite =
            std::all_of(gradient.begin(), gradient.end(), [](float g) { return is_finite(g); });
        CHECK(finite);
        const bool any = std::any_of(gradient.begin(), gradient.end(), [](float g) { return g != 0; });
        unreached += !any;
        if (entry.copies == 0) continue;
        const std::size_t inner = entry.inner;  // columns of one copy
        for (std::size_t copy = 0; copy < entry.copies; ++copy) {
            bool reached = false;
            for (std::size_t at = 0; at < entry.elements(); ++at)
                reached = reached || (at % entry.columns / inner == copy && gradient[at] != 0);
            CHECK(reached);
        }
    }
    CHECK(unreached == 0);
    for (const ParameterEntry& entry : Net::parameters)
        if (entry.copies > 0) CHECK(entry.copies == Net::copies);
    for (const double likelihood : pass.log_likelihood()) CHECK(is_finite(likelihood));

    const BatchLoss second = trainer.train_step(examples).loss;
    CHECK(is_finite(second.loss));
    CHECK(second.loss != first.loss);
    CHECK(optimizer.step_number() == 2);
}

}  // namespace networks
