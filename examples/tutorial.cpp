// The code of docs/guide, on generated data.
// [data]
#include <alrao/alrao.hpp>
#include <alrao/io/safetensors.hpp>

#include <xtensor/xtensor.hpp>

#include <cmath>
#include <cstdint>
#include <iostream>
#include <span>
#include <vector>
using namespace alrao;

struct Points {
    xt::xtensor<float, 2> inputs;      // [samples, 2]
    std::vector<std::int32_t> labels;  // index of the ring, from the inside
};

Points rings(std::size_t count, Seed seed) {
    Points points{xt::xtensor<float, 2>::from_shape({count, 2}), {}};
    Philox random(seed, 0);
    for (std::size_t i = 0; i < count; ++i) {
        const auto ring = static_cast<std::int32_t>(random.below(3));
        const double radius = 1 + ring + 0.2 * random.normal(), angle = 6.2832 * random.uniform();
        points.inputs(i, 0) = static_cast<float>(radius * std::cos(angle));
        points.inputs(i, 1) = static_cast<float>(radius * std::sin(angle));
        points.labels.push_back(ring);
    }
    return points;
}
// [/data]

// [nets]
struct Plain : Model<Input<2>, Dense<64>, ReLU, Dense<64>, ReLU, SoftmaxClassifier<3>> {
    using Model::Model;
};
struct Averaged10
    : Model<Input<2>, Dense<64>, ReLU, Dense<64>, ReLU, AveragedHead<SoftmaxClassifier<3>, 10>> {
    using Model::Model;
};
static_assert(Plain::parameter_count == (2 + 1) * 64 + (64 + 1) * 64 + (64 + 1) * 3);
static_assert(Averaged10::parameter_count == Plain::parameter_count + 9 * (64 + 1) * 3);
// [/nets]

int main() {
    // [fit]
    const Points points = rings(2000, Seed{1});
    const auto parts = split(Dataset(points.inputs, points.labels), 0.8, Seed{2});

    Averaged10 net{Seed{1}};
    AlraoOptimizer optimizer{net, LogUniform{1e-5, 10}, Seed{2}};
    const History history =
        fit(net, optimizer, parts.train,
            {.epochs = 30, .batch_size = 32, .validation = &parts.validation, .seed = Seed{3}},
            EarlyStopping{.patience = 5});
    std::cout << "Alrao: " << evaluate(net, parts.validation) << '\n';
    // [/fit]

    // [baselines]
    for (const double rate : {1e-3, 1e-1, 10.0}) {
        Plain plain{Seed{1}};
        try {
            fit(plain, Sgd{.rate = rate}, parts.train, {.epochs = 30, .batch_size = 32, .seed = Seed{3}});
            std::cout << "SGD at " << rate << ": " << evaluate(plain, parts.validation) << '\n';
        } catch (const DivergenceError& error) {
            std::cout << "SGD at " << rate << " diverged at step " << error.divergence.step << '\n';
        }
    }
    Plain plain{Seed{1}};
    fit(plain, Adam{}, parts.train, {.epochs = 30, .batch_size = 32, .seed = Seed{3}});
    std::cout << "Adam: " << evaluate(plain, parts.validation) << '\n';
    // [/baselines]

    // [posterior]
    for (std::size_t copy = 0; copy < Averaged10::copies; ++copy)
        std::cout << "rate " << optimizer.copy_rate(copy) << " has weight " << net.posterior().weight(copy)
                  << '\n';
    // [/posterior]

    // [annealed]
    Averaged10 annealed{Seed{1}};
    AlraoOptimizer linear{annealed, LogUniform{1e-5, 10}, Seed{2}, {.schedule = schedule::Linear{}}};
    fit(annealed, linear, parts.train, {.epochs = 30, .batch_size = 32, .seed = Seed{3}});
    std::cout << "annealed: " << evaluate(annealed, parts.validation) << '\n';
    // [/annealed]

    // [augmented]
    Averaged10 turned{Seed{1}};
    AlraoOptimizer for_turned{turned, LogUniform{1e-5, 10}, Seed{2}};
    const auto turn = [](std::span<const float> from, const Extents&, std::span<float> to, Philox& random) {
        const auto angle = static_cast<float>(6.2832 * random.uniform());
        to[0] = std::cos(angle) * from[0] - std::sin(angle) * from[1];
        to[1] = std::sin(angle) * from[0] + std::cos(angle) * from[1];
    };
    fit(turned, for_turned, Augmented(parts.train, turn), {.epochs = 30, .batch_size = 32, .seed = Seed{3}});
    std::cout << "rings turned at random: " << evaluate(turned, parts.validation) << '\n';
    // [/augmented]

    // [loop]
    Threads threads{2};
    Trainer trainer{net, optimizer, 32, threads};
    for (std::size_t first = 0; first + 32 <= 320; first += 32) {
        const StepReport report = trainer.train_step({.inputs = points.inputs.data() + 2 * first,
                                                      .truth = {.labels = points.labels.data() + first},
                                                      .samples = 32});
        if (report.quarantined > 0) std::cout << report.quarantined << " features pruned\n";
    }
    // [/loop]

    // [predict]
    const xt::xtensor<float, 2> probabilities = predict(net, points.inputs);  // [samples, 3]
    save(net, "rings.safetensors");
    Averaged10 loaded{Seed{0}};
    load(loaded, "rings.safetensors");
    const bool same = predict(loaded, points.inputs) == probabilities;
    // [/predict]
    return same && !history.epochs.empty() && evaluate(net, parts.validation).accuracy > 0.9 ? 0 : 1;
}
