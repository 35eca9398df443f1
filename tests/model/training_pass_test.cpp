#include "tiny_net.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace model_training_pass_test {

using namespace alrao;

TEST_CASE("forward and backward do not change the model; commit changes its statistics only") {
    Threads threads(1);
    TinyNet net(Seed{1});
    const TinyNet before = net;
    const TinyBatch data(8);
    TrainingPass<TinyNet> pass(8, threads);
    const BatchLoss loss = pass.forward(net, data.examples(), {1, 2}, true);
    pass.backward(net, true);
    CHECK(loss.samples == 8);
    CHECK(loss.weight == 8);
    CHECK(std::ranges::equal(net.parameter_buffer(), before.parameter_buffer()));
    CHECK(std::ranges::equal(net.statistic_buffer(), before.statistic_buffer()));
    pass.commit(net);
    CHECK(std::ranges::equal(net.parameter_buffer(), before.parameter_buffer()));
    CHECK_FALSE(std::ranges::equal(net.statistic_buffer(), before.statistic_buffer()));
}

TEST_CASE("gradients do not depend on `watch`; magnitudes are those of the outputs") {
    Threads threads(1);
    TinyNet net(Seed{1});
    const TinyBatch data(8);
    TrainingPass<TinyNet> watched(8, threads), plain(8, threads);
    watched.forward(net, data.examples(), {1, 2}, true);
    watched.backward(net, true);
    plain.forward(net, data.examples(), {1, 2}, false);
    plain.backward(net, false);
    CHECK(std::ranges::equal(watched.gradients(), plain.gradients()));
    CHECK(watched.output_magnitude(0).size() == 9);
    CHECK(watched.output_magnitude(1).size() == 9);
    CHECK(watched.output_magnitude(2).empty());
    CHECK(watched.output_magnitude(3).empty());
    for (std::size_t u = 0; u < 9; ++u) {
        float most = 0;
        for (std::size_t b = 0; b < 8; ++b) {
            float z = net.parameter_buffer()[TinyNet::parameters[1].offset + u];
            for (std::size_t i = 0; i < 6; ++i)
                z += data.inputs[b * 6 + i] * net.parameter_buffer()[i * 9 + u];
            most = std::max(most, std::abs(z));
        }
        CHECK(watched.output_magnitude(0)[u] == doctest::Approx(most).epsilon(1e-5));
    }
}

TEST_CASE("a small batch after a large one works in the same memory") {
    Threads threads(1);
    TinyNet net(Seed{1});
    // Products sum over the batch in blocks: one block of 256 rows needs more memory than 300 rows in two.
    const TinyBatch data(300), part(256, 5);
    TrainingPass<TinyNet, OwnTiles<>> roomy(300, threads), exact(256, threads);
    roomy.forward(net, data.examples(), {1, 2}, true);
    roomy.backward(net, true);
    roomy.forward(net, part.examples(), {1, 3}, true);
    roomy.backward(net, true);
    exact.forward(net, part.examples(), {1, 3}, true);
    exact.backward(net, true);
    CHECK(std::ranges::equal(roomy.gradients(), exact.gradients()));
}

TEST_CASE("training refuses invalid labels, and a single sample with BatchNorm") {
    Threads threads(1);
    TinyNet net(Seed{1});
    TinyBatch data(4);
    TrainingPass<TinyNet> pass(4, threads);
    CHECK_THROWS_AS(pass.forward(net, TinyBatch(1).examples(), {}, true), ArgumentError);
    data.labels[3] = 3;
    CHECK_THROWS_AS(pass.forward(net, data.examples(), {}, true), ArgumentError);
    data.labels[3] = -1;
    CHECK_THROWS_AS(pass.forward(net, data.examples(), {}, true), ArgumentError);
    CHECK_THROWS_AS(pass.forward(net, {.inputs = data.inputs.data(), .samples = 4}, {}, true), ArgumentError);
    data.labels[3] = 2;
    CHECK(pass.forward(net, data.examples(), {}, true).any_finite);
}

}  // namespace model_training_pass_test
