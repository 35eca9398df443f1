// Covers: train/any_source.hpp, train/dataset_reader.hpp, train/detail/samples.hpp, train/detail/source_call.hpp
// Covers: train/fit_options.hpp
#include <alrao/train/data_source.hpp>

#include "own_source.hpp"
#include "toy.hpp"

#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/ops/embedding.hpp>
#include <alrao/ops/last_step.hpp>
#include <alrao/ops/lstm.hpp>
#include <alrao/ops/normalization.hpp>
#include <alrao/train/augmented.hpp>
#include <alrao/train/fit.hpp>
#include <alrao/train/predict.hpp>
#include <alrao/train/streams.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace train_data_source_test {

using namespace alrao;

namespace {

struct Normalized : Model<Input<2>, Normalize, Dense<24>, ReLU, AveragedHead<SoftmaxClassifier<2>, 5>> {
    using Model::Model;
};
struct Normed : Model<Input<2>, Dense<5>, BatchNorm, ReLU, SoftmaxClassifier<2>> {
    using Model::Model;
};

template <class Net>
bool same_bits(const Net& a, const Net& b) {
    return std::equal(a.parameter_buffer().begin(), a.parameter_buffer().end(),
                      b.parameter_buffer().begin()) &&
           a.posterior() == b.posterior();
}

/// A model after fits with these numbers of epochs, stopped after step `cut` of all steps.
template <class Net>
Net trained(const AnySource<float>& data, const std::vector<std::size_t>& epochs, std::uint64_t cut = 0) {
    Net net{Seed{1}};
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-3, 1}, Seed{2}};
    for (const std::size_t count : epochs)
        fit(net, optimizer, data, {.epochs = count, .batch_size = 16, .seed = Seed{5}},
            [cut](const StepEnd& step) { return step.total_steps == cut; });
    return net;
}

toy::OwnSource own(const toy::Quadrants& quadrants) { return {quadrants.points, quadrants.labels}; }

static_assert(DataSource<Dataset<float>, float> && !DataSource<Dataset<float>, double>);
static_assert(DataSource<Augmented<double>, double>);
static_assert(DataSource<Streams, float> && DataSource<Streams, double>);
static_assert(DataSource<toy::OwnSource, float> && !DataSource<toy::OwnSource, double>);
static_assert(!DataSource<std::vector<float>, float>);

}  // namespace

TEST_CASE("a user's source trains, evaluates and predicts with the bits of a Dataset of the same samples") {
    const toy::Quadrants quadrants(203, Seed{1}), apart(61, Seed{2});
    const toy::OwnSource source = own(quadrants), validation = own(apart);
    CHECK(same_bits(trained<toy::Averaged>(source, {3}), trained<toy::Averaged>(quadrants.view(), {3})));
    const auto net = trained<Normalized>(source, {3});
    CHECK(same_bits(net, trained<Normalized>(quadrants.view(), {3})));
    CHECK(std::equal(net.statistic_buffer().begin(), net.statistic_buffer().end(),
                     trained<Normalized>(quadrants.view(), {0, 1}).statistic_buffer().begin()));
    CHECK(evaluate(net, source, {.batch_size = 7}) == evaluate(net, quadrants.view(), {.batch_size = 7}));
    CHECK(predict(net, source, {.batch_size = 7}) == predict(net, quadrants.view(), {.batch_size = 7}));
    Normalized by_own{Seed{1}}, by_memory{Seed{1}};
    const auto ours = fit(by_own, Sgd{.rate = 0.1}, source, {.epochs = 2, .validation = validation});
    const auto theirs =
        fit(by_memory, Sgd{.rate = 0.1}, quadrants.view(), {.epochs = 2, .validation = apart.view()});
    CHECK(*ours.epochs[1].validation == *theirs.epochs[1].validation);
}

TEST_CASE("a fit on a user's source that was stopped within an epoch continues with the same bits") {
    const toy::Quadrants quadrants(203, Seed{1});
    const toy::OwnSource source = own(quadrants);
    const auto whole = trained<toy::Averaged>(source, {3});
    for (const std::uint64_t cut : std::initializer_list<std::uint64_t>{1, 12, 13, 14, 30}) {
        CAPTURE(cut);
        toy::Averaged net{Seed{1}};
        AlraoOptimizer<toy::Averaged> optimizer{net, LogUniform{1e-3, 1}, Seed{2}};
        const FitOptions<float> options{.epochs = 3, .batch_size = 16, .seed = Seed{5}};
        fit(net, optimizer, source, options, [cut](const StepEnd& step) { return step.total_steps == cut; });
        FitOptions<float> rest = options;
        rest.epochs = 3 - cut / 13;
        fit(net, optimizer, source, rest);
        CHECK(same_bits(net, whole));
    }
}

TEST_CASE("contents and batches of a user's source are checked: the model is that of the last good step") {
    const toy::Quadrants quadrants(50, Seed{1});
    toy::OwnSource source = own(quadrants);
    toy::Plain net{Seed{1}};
    const auto refuses = [&](const char* what) {
        const toy::Plain before = net;
        CHECK_THROWS_WITH_AS(fit(net, Sgd{.rate = 0.1}, source, {.batch_size = 16}), doctest::Contains(what),
                             ArgumentError);
        CHECK(std::equal(net.parameter_buffer().begin(), net.parameter_buffer().end(),
                         before.parameter_buffer().begin()));
        CHECK_THROWS_WITH_AS((void)evaluate(net, source), doctest::Contains(what), ArgumentError);
    };
    source.holds.samples = 0;
    refuses("there are no samples");
    source.holds = {.samples = 50, .sample = Extents{3}};
    refuses("a sample has extents [3]");
    source.holds = {.samples = 50, .sample = Extents{2}, .outputs = 1};
    refuses("the network ends in a classifier");
    source.holds = {.samples = 50, .sample = Extents{2}, .streams = 5, .time_steps = 2};
    refuses("the source holds sequences");
    source.holds = {.samples = 50, .sample = Extents{2}, .time_steps = 2};
    refuses("50 samples, 0 streams and 2 time steps");
    source.holds = {.samples = 50, .sample = Extents{2}, .streams = 3};
    refuses("50 samples, 3 streams");
    source.holds = {.samples = 50, .sample = Extents{2}};
    source.spoil = [](Batch<float>& batch) { batch.samples = 0; };
    refuses("batch 0 has 0 samples");
    source.spoil = [](Batch<float>& batch) { batch.samples = 1000; };
    refuses("batch 0 has 1000 samples");
    source.spoil = [](Batch<float>& batch) { batch.time_steps = 2; };
    refuses("samples of 2 time steps");
    source.spoil = [](Batch<float>& batch) { batch.inputs = nullptr; };
    refuses("batch 0 has no inputs");
    source.spoil = [](Batch<float>& batch) { batch.truth.labels = nullptr; };
    refuses("batch 0 has no labels");
    source.spoil = [](Batch<float>& batch) { const_cast<std::int32_t*>(batch.truth.labels)[3] = 2; };
    refuses("label 2");
    source.spoil = [](Batch<float>& batch) {
        const_cast<float*>(batch.inputs)[5] = std::numeric_limits<float>::quiet_NaN();
    };
    refuses("input number 5 of batch 0 is nan");
}

TEST_CASE("an epoch with fewer or more samples than contents() states is refused when it is detected") {
    const toy::Quadrants quadrants(50, Seed{1});
    toy::OwnSource source = own(quadrants);
    toy::Plain net{Seed{1}};
    source.holds.samples = 49;
    CHECK_THROWS_WITH_AS((void)evaluate(net, source, {.batch_size = 16}),
                         doctest::Contains("after 48 of 49 samples batch 3 has 2 more"), ArgumentError);
    source.holds.samples = 51;
    CHECK_THROWS_WITH_AS((void)predict(net, source),
                         doctest::Contains("an epoch had 50 samples, contents() states 51"), ArgumentError);
    CHECK_THROWS_WITH_AS((void)evaluate(net, source),
                         doctest::Contains("an epoch had 50 samples, contents() states 51"), ArgumentError);
    CHECK_THROWS_WITH_AS(fit(net, Sgd{.rate = 0.1}, source, {.epochs = 2}),
                         doctest::Contains("an epoch had 50 samples, contents() states 51"), ArgumentError);
    Normalized normalized{Seed{1}};
    CHECK_THROWS_WITH_AS(fit(normalized, Sgd{.rate = 0.1}, source),
                         doctest::Contains("an epoch had 50 samples, contents() states 51"), ArgumentError);
}

TEST_CASE("a source whose epochs have no batches is refused before the first step") {
    toy::OwnSource source;  // its reader finds no samples
    source.holds = {.samples = 50, .sample = Extents{2}};
    toy::Plain net{Seed{1}};
    OneRateOptimizer optimizer(net, Sgd{.rate = 0.1});
    CHECK_THROWS_WITH_AS(fit(net, optimizer, source),
                         doctest::Contains("an epoch has no batches, contents() states 50 samples"),
                         ArgumentError);
    CHECK(optimizer.step_number() == 0);
    CHECK_THROWS_WITH_AS((void)evaluate(net, source), doctest::Contains("no batches"), ArgumentError);
}

TEST_CASE("fit notes the scale of inputs from a user's source") {
    toy::Quadrants quadrants(50, Seed{1});
    for (float& x : quadrants.points) x *= 1000;
    toy::Plain net{Seed{1}};
    const auto history = fit(net, Sgd{.rate = 1e-6}, own(quadrants), {.epochs = 0});
    REQUIRE(history.messages.size() == 1);
    CHECK(history.messages[0].find("normalise them (see Normalize)") != std::string::npos);
}

TEST_CASE("BatchNorm refuses a user's source with a batch of one sample") {
    const toy::Quadrants quadrants(49, Seed{1});
    Normed net{Seed{1}};
    CHECK_THROWS_WITH_AS(fit(net, Sgd{.rate = 0.1}, own(quadrants), {.batch_size = 16}),
                         doctest::Contains("BatchNorm cannot be trained on one sample"), ArgumentError);
}

TEST_CASE("validation data can be temporary, in a variable, passed by address, or of another type") {
    const toy::Quadrants quadrants(50, Seed{1});
    const Dataset<float> data = quadrants.view();
    const toy::OwnSource source = own(quadrants);
    const auto loss = [&](const FitOptions<float>& options) {
        toy::Plain net{Seed{1}};
        return fit(net, Sgd{.rate = 0.1}, data, options).epochs[0].validation->loss;
    };
    const double expected = loss({.validation = data});
    CHECK(loss({.validation = &data}) == expected);
    CHECK(loss({.validation = Dataset<float>(quadrants.points, quadrants.labels)}) == expected);
    CHECK(loss({.validation = source}) == expected);
    CHECK(loss({.validation = own(quadrants)}) == expected);
}

TEST_CASE("a source of sequences is refused by a network that gives one output per sequence") {
    struct Last : Model<Sequence<2>, LSTM<3>, LastStep, SoftmaxClassifier<2>> {
        using Model::Model;
    };
    toy::OwnSource source = own(toy::Quadrants(50, Seed{1}));
    source.holds = {.samples = 50, .sample = Extents{2}, .streams = 5, .time_steps = 2};
    Last net{Seed{1}};
    CHECK_THROWS_WITH_AS(fit(net, Sgd{.rate = 0.1}, source), doctest::Contains("one output per sequence"),
                         ArgumentError);
}

TEST_CASE("streams refuse a batch size, because the streams are the batch") {
    std::vector<std::int32_t> tokens(101);
    const Streams streams(tokens, {.streams = 4, .chunk = 5});
    struct Text : Model<Tokens, Embedding<3, 4>, LSTM<5>, SoftmaxClassifier<3>> {
        using Model::Model;
    };
    Text net{Seed{1}};
    CHECK_THROWS_WITH_AS(fit(net, Sgd{.rate = 0.1}, streams, {.batch_size = 8}),
                         doctest::Contains("omit .batch_size"), ArgumentError);
    fit(net, Sgd{.rate = 0.1}, streams, {.batch_size = 4});
}

}  // namespace train_data_source_test
