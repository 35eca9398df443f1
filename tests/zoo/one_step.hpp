#pragma once

#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/ops/activation.hpp>
#include <alrao/ops/conv2d.hpp>
#include <alrao/ops/flatten.hpp>
#include <alrao/ops/normalization.hpp>
#include <alrao/ops/normalize.hpp>
#include <alrao/ops/pool2d.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/tensor/philox.hpp>
#include <alrao/tensor/threads.hpp>
#include <alrao/train/trainer.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

namespace zoo_test {

using namespace alrao;
using Averaged = AveragedHead<SoftmaxClassifier<10>, 10>;

/// Two steps on two pictures: what comes out is finite, each feature of each layer is reached by a
/// gradient, and the pictures are known better afterwards.
template <class Net>
void learns_two_pictures() {
    std::vector<float> pictures(2 * 32 * 32 * 3);
    Philox random(Seed{1}, 0);
    for (float& pixel : pictures) pixel = static_cast<float>(random.uniform());
    const std::vector<std::int32_t> labels{3, 8};
    const Examples<float> examples{.inputs = pictures.data(), .labels = labels.data(), .batch = 2};
    Threads threads(2);
    Net net{Seed{1}};
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-4, 1e-2}, Seed{2}};
    Trainer trainer(net, optimizer, 2, threads);
    const double first = trainer.train_step(examples).loss.mean_loss();
    CHECK(first == doctest::Approx(std::log(10.0)).epsilon(0.3));
    for (std::size_t p = 0; p < Net::parameters.size(); ++p) {
        CAPTURE(p);
        float largest = 0;
        for (const float magnitude : trainer.pass().gradient_magnitude(p))
            largest = std::max(largest, magnitude);
        // A bias before BatchNorm shifts what is then centred: its gradient is rounding.
        CHECK(is_finite(largest));
        if (Net::parameters[p].role == Role::weight) CHECK(largest > 0);
    }
    CHECK(trainer.train_step(examples).loss.mean_loss() < first);
}

}  // namespace zoo_test
