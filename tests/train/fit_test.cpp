#include <alrao/train/fit.hpp>

#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/ops/normalization.hpp>
#include <alrao/train/callbacks/csv_logger.hpp>
#include <alrao/train/callbacks/early_stopping.hpp>
#include <alrao/train/callbacks/timer_stop.hpp>
#include <alrao/train/split.hpp>

#include "../error_of.hpp"
#include "toy.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace train_fit_test {

using namespace alrao;

namespace {

struct WithBatchNorm : Model<Input<2>, Dense<8>, BatchNorm, ReLU, SoftmaxClassifier<2>> {
    using Model::Model;
};

template <class Net>
bool same_bits(const Net& a, const Net& b) {
    return std::equal(a.parameter_buffer().begin(), a.parameter_buffer().end(),
                      b.parameter_buffer().begin()) &&
           a.posterior() == b.posterior();
}

toy::Averaged trained(const FitOptions<float>& options, const AnySource<float>& data,
                      std::vector<std::size_t> fits) {
    toy::Averaged net{Seed{1}};
    AlraoOptimizer<toy::Averaged> optimizer{net, LogUniform{1e-4, 10}, Seed{2}};
    for (const std::size_t epochs : fits) {
        FitOptions<float> now = options;
        now.epochs = epochs;
        fit<OwnTiles<>>(net, optimizer, data, now);
    }
    return net;
}

}  // namespace

TEST_CASE("fit trains without a learning rate, and returns a history") {
    const toy::Quadrants quadrants(1000, Seed{1}), fresh(500, Seed{2});
    const auto parts = split(quadrants.view(), 0.8, Seed{1});
    toy::Averaged net{Seed{1}};
    AlraoOptimizer<toy::Averaged> optimizer{net, LogUniform{1e-5, 10}, Seed{2}};
    const History history =
        fit(net, optimizer, parts.train,
            {.epochs = 15, .batch_size = 32, .validation = &parts.validation, .seed = Seed{3}});
    CHECK(evaluate(net, fresh.view()).accuracy > 0.93);
    REQUIRE(history.epochs.size() == 15);
    CHECK(history.epochs.front().training.loss > 2 * history.epochs.back().training.loss);
    CHECK(history.epochs[4].number == 5);
    CHECK(history.epochs[4].steps == 125);
    CHECK(history.epochs[4].training.samples == 800);
    CHECK(history.epochs[14].validation == evaluate(net, parts.validation));
    REQUIRE(history.copy_rates.size() == 5);
    CHECK(history.copy_rates[4] == doctest::Approx(10));
    CHECK(history.epochs[14].copy_weights == net.posterior().weights());
    CHECK(history.seconds > 0);
    CHECK_FALSE(history.stopped);
    CHECK(history.messages.empty());
}

TEST_CASE("equal seeds give equal bits, on two threads too; another seed does not") {
    const toy::Quadrants quadrants(203, Seed{1});
    const auto net = trained({.batch_size = 16, .seed = Seed{5}}, quadrants.view(), {3});
    CHECK(same_bits(net, trained({.batch_size = 16, .seed = Seed{5}}, quadrants.view(), {3})));
    CHECK(same_bits(net, trained({.batch_size = 16, .seed = Seed{5}, .threads = 2}, quadrants.view(), {3})));
    CHECK_FALSE(same_bits(net, trained({.batch_size = 16, .seed = Seed{6}}, quadrants.view(), {3})));
}

TEST_CASE("two epochs and three more give the bits of five") {
    const toy::Quadrants quadrants(100, Seed{1});
    CHECK(same_bits(trained({.batch_size = 32}, quadrants.view(), {5}),
                    trained({.batch_size = 32}, quadrants.view(), {2, 0, 3})));
}

TEST_CASE("a rule with its rate is accepted in place of an optimizer") {
    const toy::Quadrants quadrants(400, Seed{1});
    toy::Plain by_spec{Seed{1}}, by_optimizer{Seed{1}};
    fit(by_spec, Sgd{.rate = 0.1}, quadrants.view(), {.epochs = 3, .seed = Seed{3}});
    OneRateOptimizer optimizer(by_optimizer, Sgd{.rate = 0.1});
    fit(by_optimizer, optimizer, quadrants.view(), {.epochs = 3, .seed = Seed{3}});
    CHECK(same_bits(by_spec, by_optimizer));
    toy::Plain adam{Seed{1}};
    const Adam spec{.rate = 0.01};
    fit(adam, spec, quadrants.view(), {.epochs = 20});
    CHECK(evaluate(adam, quadrants.view()).accuracy > 0.9);
}

TEST_CASE("a regression gets the scale of its inputs and targets from the data") {
    const toy::Slope train(500, Seed{1}), test(200, Seed{2});
    toy::Regression net{Seed{1}};
    const History history = fit(net, Adam{.rate = 0.01}, train.view(), {.epochs = 40});
    CHECK(history.epochs[39].training.loss < history.epochs[0].training.loss);
    const Evaluation e = evaluate(net, test.view());
    CHECK(e.rmse < 3);  // targets deviate by 30
    CHECK(e.loss == doctest::Approx(0.919).epsilon(0.01));
}

TEST_CASE(
    "AlraoOptimizer learns a regression on wide intervals: the best copy predicts, whatever happens to others") {
    const toy::Slope train(500, Seed{1}), validation(100, Seed{3}), test(200, Seed{2});
    const Dataset<double> held_out = validation.view();
    for (const LogUniform interval : {LogUniform{1e-5, 10}, {1e-7, 100}, {1e-10, 1000}}) {
        for (std::uint64_t seed = 1; seed <= 4; ++seed) {
            CAPTURE(interval.max());
            CAPTURE(seed);
            toy::AveragedRegression net{Seed{seed}};
            AlraoOptimizer<toy::AveragedRegression> optimizer{net, interval, Seed{seed}};
            const History history = fit(net, optimizer, train.view(),
                                        {.epochs = 30, .validation = &held_out, .seed = Seed{seed}});
            CHECK(history.epochs[29].validation->rmse < 8);  // targets deviate by 30
            Evaluation e = evaluate(net, test.view());
            CHECK(e.rmse < 8);
            CHECK(e.loss == doctest::Approx(0.92).epsilon(0.02));
            // The copy with the smallest weight gets huge, but finite parameters.
            const std::vector<double> weights = net.posterior().weights();
            const auto least = std::min_element(weights.begin(), weights.end()) - weights.begin();
            const auto& bias = toy::AveragedRegression::parameters.back();
            net.parameter_buffer()[bias.offset + static_cast<std::size_t>(least)] = 1e30;
            e = evaluate(net, test.view());
            CHECK(e.rmse < 8);
            CHECK(e.loss == doctest::Approx(0.92).epsilon(0.02));
            if (weights[static_cast<std::size_t>(least)] > 0)
                CHECK(evaluate(net, test.view(), {.averaged = Averaged::posterior_mean}).rmse > 1e9);
        }
    }
}

TEST_CASE("a last batch of one, batches of one, and a batch size beyond the data") {
    const toy::Quadrants quadrants(33, Seed{1});
    for (const std::size_t batch : {32U, 1U, 1000U}) {
        toy::Averaged net{Seed{1}};
        AlraoOptimizer<toy::Averaged> optimizer{net, LogUniform{1e-4, 1}, Seed{2}};
        const History history = fit(net, optimizer, quadrants.view(), {.epochs = 2, .batch_size = batch});
        CHECK(history.epochs[1].training.samples == 33);
        CHECK(optimizer.step_number() == 2 * ((33 + batch - 1) / batch));
    }
    WithBatchNorm net{Seed{1}};
    CHECK(error_of([&] {
              fit(net, Adam{}, quadrants.view(), {.batch_size = 32});
          }).find(".batch_size, such as 33") != std::string::npos);
    fit(net, Adam{}, quadrants.view(), {.batch_size = 33});
    CHECK_THROWS_AS(fit(net, Adam{}, quadrants.view(), {.batch_size = 1}), ArgumentError);
}

TEST_CASE("the suggested batch size works; one sample alone never does") {
    for (std::size_t samples = 2; samples < 130; ++samples)
        for (std::size_t batch = 1; batch < samples; ++batch) {
            const std::size_t advised = detail::batch_without_rest_of_one(batch, samples);
            REQUIRE(advised > batch);
            REQUIRE(advised <= samples);
            REQUIRE(samples % advised != 1);
            for (std::size_t between = batch + 1; between < advised; ++between)
                REQUIRE(samples % between == 1);
        }
    const toy::Quadrants quadrants(101, Seed{1}), lone(1, Seed{1});
    WithBatchNorm net{Seed{1}};
    CHECK(error_of([&] { fit(net, Adam{}, quadrants.view(), {.batch_size = 1}); }).ends_with("such as 3"));
    fit(net, Adam{}, quadrants.view(), {.batch_size = 3});
    CHECK(error_of([&] {
              fit(net, Adam{}, lone.view());
          }).ends_with("cannot be trained on one sample, and the data have one"));
}

TEST_CASE("a refused fit changes neither model nor optimizer") {
    const toy::Slope slope(40, Seed{1});
    toy::Slope spoilt(40, Seed{2});
    spoilt.inputs[7] = std::numeric_limits<double>::quiet_NaN();
    const Dataset<double> data = slope.view(), broken = spoilt.view();
    toy::Regression net{Seed{1}};
    OneRateOptimizer optimizer(net, Adam{}, {.schedule = schedule::Linear{}});
    const auto changed = [&, before = net] {
        const std::span<const double> now = net.statistic_buffer(), then = before.statistic_buffer();
        bool closed = true;
        try {
            (void)optimizer.schedule_factor();
        } catch (const ArgumentError&) {
            closed = false;
        }
        return closed || !same_bits(net, before) || !std::equal(now.begin(), now.end(), then.begin());
    };
    CHECK_THROWS_AS(fit(net, optimizer, data, {}, EarlyStopping{}), ArgumentError);
    CHECK_FALSE(changed());
    CHECK_THROWS_AS(fit(net, optimizer, data, {}, TimerStop{std::nan("")}), ArgumentError);
    CHECK_FALSE(changed());
    CHECK_THROWS_AS(fit(net, optimizer, data, {}, CsvLogger("/no/such/folder/log.csv")), Error);
    CHECK_FALSE(changed());
    CHECK(error_of([&] {
              fit(net, optimizer, data, {.validation = &broken});
          }).starts_with("alrao: fit: validation: input 0 of sample 7 is nan"));
    CHECK_FALSE(changed());
    CHECK_THROWS_AS(fit(net, optimizer, broken), ArgumentError);
    CHECK_FALSE(changed());
    fit(net, optimizer, data);
    CHECK(changed());
}

TEST_CASE("0 epochs change nothing; a batch size of 0 and an empty data set are refused") {
    const toy::Quadrants quadrants(20, Seed{1});
    toy::Averaged net{Seed{1}};
    const toy::Averaged before = net;
    AlraoOptimizer<toy::Averaged> optimizer{net, LogUniform{1e-4, 1}, Seed{2}};
    CHECK(fit(net, optimizer, quadrants.view(), {.epochs = 0}).epochs.empty());
    CHECK_THROWS_AS(fit(net, optimizer, quadrants.view(), {.batch_size = 0}), ArgumentError);
    const std::vector<std::int32_t> wrong(20, 2);
    const Dataset<float> bad(quadrants.points, wrong);
    CHECK(error_of([&] {
              fit(net, optimizer, quadrants.view(), {.validation = &bad});
          }).starts_with("alrao: fit: validation: the label of sample 0 is 2"));
    CHECK(same_bits(net, before));
    CHECK(optimizer.step_number() == 0);
}

TEST_CASE("inputs far from 1 are noted, unless the network has a Normalize") {
    toy::Quadrants quadrants(20, Seed{1});
    quadrants.points[7] = 255;
    toy::Plain net{Seed{1}};
    const History history = fit(net, Sgd{.rate = 1e-6}, quadrants.view());
    REQUIRE(history.messages.size() == 1);
    CHECK(history.messages[0] == "inputs reach 255.0000: normalise them (see Normalize)");
    const toy::Slope slope(20, Seed{1});
    toy::Regression normalized{Seed{1}};
    CHECK(fit(normalized, Adam{}, slope.view()).messages.empty());
}

TEST_CASE("a schedule of open length gets the length of the fit; the next fit notes its end") {
    const toy::Quadrants quadrants(64, Seed{1});
    toy::Plain net{Seed{1}};
    OneRateOptimizer optimizer(net, Sgd{.rate = 0.1}, {.schedule = schedule::Linear{}});
    std::vector<double> factors;
    fit(net, optimizer, quadrants.view(), {.epochs = 2, .batch_size = 32},
        [&](const StepEnd&) { factors.push_back(optimizer.schedule_factor()); });
    CHECK(factors == std::vector<double>{0.75, 0.5, 0.25, 0});
    CHECK(fit(net, optimizer, quadrants.view()).messages.size() == 1);
}

TEST_CASE("an optimizer with a restored state continues the same schedule of open length") {
    const toy::Quadrants data(100, Seed{1});
    const OptimizerOptions options{.schedule = schedule::Linear{}};
    const auto fitted = [&](toy::Averaged& net, AlraoOptimizer<toy::Averaged>& optimizer, std::size_t epochs,
                            std::size_t last) {
        fit<OwnTiles<>>(net, optimizer, data.view(), {.epochs = epochs, .batch_size = 30, .seed = Seed{3}},
                        [&](const EpochEnd& event) { return event.record.number == last; });
    };
    toy::Averaged whole{Seed{1}}, cut{Seed{1}};
    AlraoOptimizer<toy::Averaged> one{whole, LogUniform{1e-4, 10}, Seed{2}, options},
        first{cut, LogUniform{1e-4, 10}, Seed{2}, options},
        second{cut, LogUniform{1e-4, 10}, Seed{9}, options};
    fitted(whole, one, 5, 5);
    fitted(cut, first, 5, 2);
    CHECK_FALSE(same_bits(whole, cut));
    second.restore(cut, first.snapshot());
    fitted(cut, second, 3, 3);
    CHECK(same_bits(whole, cut));
    CHECK(second.schedule_factor() == 0);
}

TEST_CASE("a moved-from model is refused by all functions that compute with it") {
    const toy::Quadrants data(64, Seed{1});
    toy::Averaged net{Seed{1}};
    AlraoOptimizer<toy::Averaged> optimizer{net, LogUniform{1e-4, 10}, Seed{2}};
    const toy::Averaged other = std::move(net);
    CHECK_THROWS_WITH_AS((AlraoOptimizer<toy::Averaged>{net, LogUniform{1e-4, 10}, Seed{2}}),
                         doctest::Contains("moved from"), ArgumentError);
    CHECK_THROWS_WITH_AS(fit(net, optimizer, data.view()), doctest::Contains("moved from"), ArgumentError);
    CHECK_THROWS_WITH_AS(optimizer.remeasure(net), doctest::Contains("moved from"), ArgumentError);
    CHECK(other.parameter_buffer().size() > 0);
}

TEST_CASE("class weights affect the loss: a class of weight 0 is never predicted") {
    const toy::Quadrants quadrants(200, Seed{1});
    toy::Plain net{Seed{1}};
    fit(net, Adam{.rate = 0.01}, quadrants.view().with_class_weights({1, 0}), {.epochs = 10});
    std::size_t zeros = 0;
    for (const std::int32_t label : quadrants.labels) zeros += label == 0 ? 1U : 0U;
    CHECK(evaluate(net, quadrants.view()).accuracy == static_cast<double>(zeros) / 200);
}

TEST_CASE("a function ends a fit after a step, an epoch, or by throwing; all remains valid") {
    const toy::Quadrants quadrants(320, Seed{1});
    toy::Averaged net{Seed{1}};
    AlraoOptimizer<toy::Averaged> optimizer{net, LogUniform{1e-4, 1}, Seed{2}};
    History history = fit(net, optimizer, quadrants.view(), {.epochs = 5},
                          [](const StepEnd& step) { return step.epoch == 2 && step.step == 3; });
    CHECK(history.stopped);
    CHECK(optimizer.step_number() == 13);
    REQUIRE(history.epochs.size() == 2);
    CHECK(history.epochs[1].training.samples == 96);
    history = fit(net, optimizer, quadrants.view(), {.epochs = 5},
                  [](const EpochEnd& epoch) { return epoch.record.number == 2; });
    CHECK(history.epochs.size() == 2);
    const std::uint64_t before = optimizer.step_number();
    const auto thrower = [](const StepEnd& step) {
        if (step.step == 4) throw std::runtime_error("mine");
    };
    CHECK_THROWS_WITH(fit(net, optimizer, quadrants.view(), {.epochs = 5}, thrower), "mine");
    CHECK(optimizer.step_number() == before + 4);
    fit(net, optimizer, quadrants.view(), {.epochs = 10});
    CHECK(evaluate(net, quadrants.view()).accuracy > 0.8);
}

TEST_CASE("a diverging baseline is an error that names the place; the model is that of the last good step") {
    const toy::Quadrants quadrants(320, Seed{1});
    toy::Plain net{Seed{1}};
    try {
        fit(net, Sgd{.rate = 1e30}, quadrants.view(), {.epochs = 5});
        FAIL("did not diverge");
    } catch (const DivergenceError& error) {
        CHECK(std::string(error.what()).find("diverged at step") != std::string::npos);
    }
    for (const float parameter : net.parameter_buffer()) REQUIRE(is_finite(parameter));
}

namespace {
struct Noise {
    double deviation = 0;
    void operator()(std::span<const float> from, const Extents&, std::span<float> to, Philox& random) const {
        for (std::size_t i = 0; i < from.size(); ++i)
            to[i] = from[i] + static_cast<float>(deviation * random.normal());
    }
};
}  // namespace

TEST_CASE("augmented training: same bits on two threads and in consecutive fits") {
    const toy::Quadrants quadrants(203, Seed{1});
    const FitOptions<float> plain{.batch_size = 16, .seed = Seed{5}};
    FitOptions<float> two = plain;
    two.threads = 2;
    const Augmented noisy(quadrants.view(), Noise{0.1}), still(quadrants.view(), Noise{0});
    const auto net = trained(plain, noisy, {5});
    CHECK(same_bits(net, trained(two, noisy, {5})));
    CHECK(same_bits(net, trained(plain, noisy, {2, 3})));
    CHECK_FALSE(same_bits(net, trained(plain, quadrants.view(), {5})));
    CHECK(same_bits(trained(plain, still, {5}), trained(plain, quadrants.view(), {5})));
}

TEST_CASE("only training samples are augmented; an exception of an augmentation ends the fit") {
    const toy::Quadrants quadrants(50, Seed{1}), apart(30, Seed{2});
    const Dataset<float> data = quadrants.view(), validation = apart.view();
    const auto inside = [](const std::vector<float>& points, const float* p) {
        return !std::less<>()(p, points.data()) && std::less<>()(p, points.data() + points.size());
    };
    std::size_t trained_on = 0, others = 0;  // counted by the single thread that prepares batches
    const auto watch = [&](std::span<const float> from, const Extents&, std::span<float> to, Philox&) {
        ++(inside(quadrants.points, from.data()) ? trained_on : others);
        std::fill(to.begin(), to.end(), 1.0F);
    };
    toy::Plain net{Seed{1}};
    const History history = fit(net, Sgd{.rate = 0.1}, Augmented(data, watch),
                                {.epochs = 3, .batch_size = 8, .validation = &validation});
    CHECK(trained_on == 150);
    CHECK(others == 0);
    CHECK(*history.epochs[2].validation == evaluate(net, validation));
    const auto thrower = [](std::span<const float>, const Extents&, std::span<float>, Philox&) {
        throw std::runtime_error("mine");
    };
    CHECK_THROWS_WITH(fit(net, Sgd{.rate = 0.1}, Augmented(data, thrower)), "mine");
    fit(net, Sgd{.rate = 0.1}, Augmented(data, watch), {.epochs = 2},
        [](const StepEnd&) { return true; });  // a prepared batch is not taken
}

TEST_CASE("LayerNorm can be trained on one sample, and on a last batch of one") {
    struct Net : Model<Input<2>, Dense<8>, LayerNorm, ReLU, SoftmaxClassifier<2>> {
        using Model::Model;
    };
    const toy::Quadrants quadrants(17, Seed{1}), alone(1, Seed{2});
    Net net{Seed{1}};
    CHECK(fit(net, Sgd{.rate = 0.1}, quadrants.view(), {.batch_size = 16}).epochs.size() == 1);
    CHECK(fit(net, Sgd{.rate = 0.1}, alone.view()).epochs.size() == 1);
}

TEST_CASE("an optimizer accepts the model for which it was made, copies of it and no other") {
    const toy::Quadrants quadrants(40, Seed{1});
    const Dataset<float> data(quadrants.points, quadrants.labels);
    toy::Averaged net{Seed{1}}, other{Seed{1}};
    AlraoOptimizer<toy::Averaged> optimizer{net, LogUniform{1e-4, 1}, Seed{2}};
    const toy::Averaged before = other;
    CHECK(error_of([&] { fit(other, optimizer, data); }).find("made for another model") != std::string::npos);
    CHECK(same_bits(other, before));
    CHECK(optimizer.step_number() == 0);
    fit(net, optimizer, data);
    toy::Averaged copy = net;
    auto its = optimizer;
    fit(net, optimizer, data);
    fit(copy, its, data);
    CHECK(same_bits(net, copy));
    toy::Averaged moved = std::move(net);
    CHECK_NOTHROW(fit(moved, optimizer, data));
    net = std::move(moved);
    CHECK_NOTHROW(fit(net, optimizer, data));
}

TEST_CASE(
    "a model keeps its optimizer after assignment; an assigned optimizer belongs to its source's model") {
    const toy::Quadrants quadrants(40, Seed{1});
    const Dataset<float> data(quadrants.points, quadrants.labels);
    toy::Averaged net{Seed{1}}, other{Seed{5}};
    AlraoOptimizer<toy::Averaged> optimizer{net, LogUniform{1e-4, 1}, Seed{2}};
    net = other;
    CHECK_NOTHROW(fit(net, optimizer, data));
    CHECK_THROWS_AS(fit(other, optimizer, data), ArgumentError);
    optimizer = AlraoOptimizer<toy::Averaged>{other, LogUniform{1e-4, 1}, Seed{2}};
    CHECK_NOTHROW(fit(other, optimizer, data));
    CHECK_THROWS_AS(fit(net, optimizer, data), ArgumentError);
    Threads threads;
    CHECK_THROWS_AS((Trainer<toy::Averaged, decltype(optimizer)>(net, optimizer, 4, threads)), ArgumentError);
}

TEST_CASE("validation data are passed as a variable or by address") {
    const toy::Quadrants quadrants(40, Seed{1});
    const Dataset<float> data(quadrants.points, quadrants.labels);
    toy::Averaged net{Seed{1}}, same{Seed{1}};
    const History by_name = fit(net, Adam{}, data, {.validation = data});
    const History by_address = fit(same, Adam{}, data, {.validation = &data});
    REQUIRE(by_name.epochs[0].validation.has_value());
    CHECK(by_name.epochs[0].validation->loss == by_address.epochs[0].validation->loss);
}

TEST_CASE("with an average of the weights: validation and the model after a fit use it, training does not") {
    const toy::Quadrants quadrants(300, Seed{1}), fresh(200, Seed{2});
    const Dataset<float> validation = fresh.view();
    const auto options = [&](const std::optional<WeightAveraging>& average) {
        return OptimizerOptions{.weight_average = average};
    };
    const auto run = [&](const std::optional<WeightAveraging>& average, std::vector<std::size_t> fits) {
        WithBatchNorm net{Seed{1}};
        OneRateOptimizer optimizer{net, Adam{.rate = 0.03}, options(average)};
        History last;
        for (const std::size_t epochs : fits)
            last = fit<OwnTiles<>>(net, optimizer, quadrants.view(),
                                   {.epochs = epochs, .validation = validation});
        CHECK(evaluate<OwnTiles<>>(net, validation).loss == last.epochs.back().validation->loss);
        const auto averaged = net;
        optimizer.use_training(net);
        return std::tuple{averaged, net, last.epochs.back().validation->loss};
    };
    const auto [plain, also_plain, loss] = run({}, {5});
    const auto [averaged, training, loss_of_average] = run(average::Polynomial{}, {5});
    CHECK(same_bits(plain, also_plain));
    CHECK(same_bits(training, plain));
    CHECK_FALSE(same_bits(averaged, plain));
    CHECK(loss_of_average < 1.2 * loss);
    CHECK(std::equal(training.statistic_buffer().begin(), training.statistic_buffer().end(),
                     plain.statistic_buffer().begin()));
    CHECK_FALSE(std::equal(averaged.statistic_buffer().begin(), averaged.statistic_buffer().end(),
                           plain.statistic_buffer().begin()));
    const auto [of_two, also_training, loss_of_two] = run(average::Polynomial{}, {2, 3});
    CHECK(same_bits(of_two, averaged));
    CHECK(same_bits(also_training, training));
    CHECK(loss_of_two == loss_of_average);
}

TEST_CASE("fit with measured rates learns without an interval") {
    const toy::Quadrants quadrants(1000, Seed{1}), fresh(500, Seed{2});
    toy::Averaged net{Seed{1}};
    AlraoOptimizer<toy::Averaged, rule::NAdamW> optimizer{net, MeasuredRates{}, Seed{2}};
    fit(net, optimizer, quadrants.view(), {.epochs = 10});
    CHECK(evaluate(net, fresh.view()).accuracy > 0.93);
    CHECK(optimizer.centre(0) > 1e-4);
}

}  // namespace train_fit_test
