#include <alrao/train/trainer.hpp>

#include "../error_of.hpp"
#include "toy.hpp"

#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/ops/dropout.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

namespace train_trainer_test {

using namespace alrao;

namespace {
struct Dropping : Model<Input<2>, Dense<24>, ReLU, Dropout<>, SoftmaxClassifier<2>> {
    using Model::Model;
};
}  // namespace

TEST_CASE("steps of a user's loop reduce the loss; gathered and contiguous batches are equivalent") {
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
    const Batch<float> examples{
        .inputs = data.points.data(), .truth = {.labels = data.labels.data()}, .samples = 64};
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

TEST_CASE("a batch that does not fit into the memory of the trainer is refused without changes") {
    const toy::Quadrants data(8, Seed{1});
    Threads threads;
    toy::Averaged net{Seed{1}};
    const toy::Averaged before = net;
    AlraoOptimizer<toy::Averaged> optimizer{net, LogUniform{1e-3, 1}, Seed{2}};
    Trainer trainer(net, optimizer, 4, threads);
    const Batch<float> examples{
        .inputs = data.points.data(), .truth = {.labels = data.labels.data()}, .samples = 8};
    CHECK_THROWS_AS(trainer.train_step(examples), ArgumentError);
    CHECK(optimizer.step_number() == 0);
    CHECK(std::equal(net.parameter_buffer().begin(), net.parameter_buffer().end(),
                     before.parameter_buffer().begin()));
}

TEST_CASE("without constants of the model the trainer names the function to call; then it trains") {
    const toy::Slope data(64, Seed{1});
    std::vector<std::size_t> all(64);
    std::iota(all.begin(), all.end(), std::size_t{0});
    Threads threads;
    toy::Regression net{Seed{1}};
    OneRateOptimizer optimizer(net, Adam{.rate = 0.01});
    Trainer trainer(net, optimizer, 64, threads);
    const auto step = [&] { trainer.train_step(data.view(), all); };
    CHECK(error_of(step).starts_with(
        "alrao: Trainer: Normalize has no constants: call fit_statistics(net, data)"));
    normalize_by(net, {1000}, {10});
    CHECK(error_of(step).starts_with(
        "alrao: Trainer: the head has no scale of the targets: call fit_statistics(net, data)"));
    CHECK(optimizer.step_number() == 0);
    CHECK(fit_statistics(net, data.view()).empty());
    for (int i = 0; i < 200; ++i) step();
    CHECK(optimizer.step_number() == 200);
}

TEST_CASE("a trainer refuses its optimizer after it was assigned another model's") {
    const toy::Quadrants data(8, Seed{1});
    Threads threads;
    toy::Averaged net{Seed{1}}, other{Seed{2}};
    AlraoOptimizer<toy::Averaged> optimizer{net, LogUniform{1e-3, 1}, Seed{2}},
        its{other, LogUniform{1e-3, 1}, Seed{2}};
    Trainer trainer(net, optimizer, 8, threads);
    optimizer = its;
    const Batch<float> examples{
        .inputs = data.points.data(), .truth = {.labels = data.labels.data()}, .samples = 8};
    CHECK(error_of([&] { trainer.train_step(examples); }).find("made for another model") !=
          std::string::npos);
}

TEST_CASE("a new optimizer continues after the random numbers of earlier ones") {
    const toy::Quadrants data(64, Seed{1});
    std::vector<std::size_t> all(64);
    std::iota(all.begin(), all.end(), std::size_t{0});
    Threads threads;
    Dropping net{Seed{1}};
    const auto first_loss = [&](std::size_t steps) {
        OneRateOptimizer optimizer(net, Sgd{.rate = 1e-30});  // too small to change a parameter
        Trainer trainer(net, optimizer, 64, threads);
        const double loss = trainer.train_step(data.view(), all).loss.loss;
        for (std::size_t i = 1; i < steps; ++i) trainer.train_step(data.view(), all);
        return loss;
    };
    const double first = first_loss(3), second = first_loss(1);
    CHECK(first != second);
    CHECK(net.place().earlier_steps == 4);
    Dropping again{Seed{1}};
    OneRateOptimizer one(again, Sgd{.rate = 1e-30});
    Trainer trainer(again, one, 64, threads);
    for (int i = 0; i < 3; ++i) trainer.train_step(data.view(), all);
    CHECK(trainer.train_step(data.view(), all).loss.loss == second);
}

}  // namespace train_trainer_test
