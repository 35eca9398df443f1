#include <alrao/train/trainer.hpp>

#include "toy.hpp"

#include <alrao/learn/alrao_optimizer.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <vector>

using namespace alrao;

TEST_CASE("steps of a loop of one's own lower the loss; gathered or contiguous batches are the same") {
    const toy::Quadrants data(64, Seed{1});
    std::vector<std::size_t> all(64);
    std::iota(all.begin(), all.end(), std::size_t{0});
    Threads threads;
    toy::Averaged gathered{Seed{1}}, contiguous{Seed{1}};
    AlraoOptimizer<toy::Averaged> a{gathered, LogUniform{1e-3, 1}, Seed{2}},
        b{contiguous, LogUniform{1e-3, 1}, Seed{2}};
    Trainer by_number(gathered, a, 64, threads), in_place(contiguous, b, 64, threads);
    StepReport first = by_number.train_step(data.view(), all), last;
    CHECK(first.loss.samples == 64);
    const Examples<float> examples{.inputs = data.points.data(), .labels = data.labels.data(),
                                   .batch = 64};
    CHECK(in_place.train_step(examples).loss.loss == first.loss.loss);
    for (int step = 0; step < 300; ++step) {
        last = by_number.train_step(data.view(), all);
        in_place.train_step(examples);
    }
    CHECK(last.loss.mean_loss() < 0.5 * first.loss.mean_loss());
    CHECK(a.step_number() == 301);
    CHECK(std::equal(gathered.parameter_buffer().begin(), gathered.parameter_buffer().end(),
                     contiguous.parameter_buffer().begin()));
    CHECK(gathered.posterior() == contiguous.posterior());
}

TEST_CASE("a batch beyond the trainer's memory is refused, and nothing has changed") {
    const toy::Quadrants data(8, Seed{1});
    Threads threads;
    toy::Averaged net{Seed{1}};
    const toy::Averaged before = net;
    AlraoOptimizer<toy::Averaged> optimizer{net, LogUniform{1e-3, 1}, Seed{2}};
    Trainer trainer(net, optimizer, 4, threads);
    const Examples<float> examples{.inputs = data.points.data(), .labels = data.labels.data(),
                                   .batch = 8};
    CHECK_THROWS_AS(trainer.train_step(examples), ArgumentError);
    CHECK(optimizer.step_number() == 0);
    CHECK(std::equal(net.parameter_buffer().begin(), net.parameter_buffer().end(),
                     before.parameter_buffer().begin()));
}
