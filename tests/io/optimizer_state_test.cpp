// Covers: io/detail/centre_arrays.hpp
#include <alrao/io/optimizer_state.hpp>

#include "../error_of.hpp"
#include "../tampered.hpp"
#include "temporary_folder.hpp"

#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/model/model.hpp>
#include <alrao/ops/activation.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/dropout.hpp>
#include <alrao/ops/embedding.hpp>
#include <alrao/ops/lstm.hpp>
#include <alrao/ops/normalization.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/train/trainer.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace io_optimizer_state_test {

using namespace alrao;

namespace {

constexpr std::size_t rows = 6;

struct Deep : Model<Input<5>, Dense<9>, BatchNorm, ReLU, Dropout<>, Dense<7>, Tanh,
                    AveragedHead<SoftmaxClassifier<3>, 4>> {
    using Model::Model;
};
struct One : Model<double, Input<5>, Dense<9>, Tanh, SoftmaxClassifier<3>> {
    using Model::Model;
};
struct Reading : Model<Tokens, Embedding<5, 4>, Dropout<>, LSTM<6>, AveragedHead<SoftmaxClassifier<5>, 3>> {
    using Model::Model;
};

/// A model, its optimizer and a trainer. The number of a step determines its batch.
template <class Net, class Optimizer, class MakeOptimizer>
struct Run {
    using T = typename Net::scalar;
    static constexpr bool reads = Net::input_shape.per_token;
    static constexpr std::size_t length = reads ? 4 : 1;

    Threads threads;
    Net net{Seed{1}};
    Optimizer optimizer;
    Trainer<Net, Optimizer> trainer{net, optimizer, rows, threads, Seed{3}, length};

    explicit Run(MakeOptimizer make) : optimizer(make(net)) {}
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    void learn(std::uint64_t first, std::uint64_t end) {
        for (std::uint64_t step = first; step < end; ++step) {
            std::vector<T> inputs;
            std::vector<std::int32_t> labels;
            Philox random(Seed{7}, step);
            for (std::size_t i = 0; i < rows * length * Net::input_shape.size(); ++i)
                inputs.push_back(
                    static_cast<T>(reads ? static_cast<double>(random.below(5)) : random.normal()));
            for (std::size_t i = 0; i < rows * length; ++i)
                labels.push_back(static_cast<std::int32_t>(random.below(3)));
            trainer.train_step({.inputs = inputs.data(),
                                .truth = {.labels = labels.data()},
                                .samples = rows,
                                .time_steps = length});
        }
    }
    /// Everything that determines the following steps.
    std::vector<double> numbers() {
        const OptimizerSnapshot<T> state = optimizer.snapshot();
        std::vector<double> all;
        const auto add = [&](const auto& from) { all.insert(all.end(), from.begin(), from.end()); };
        add(net.parameter_buffer());
        add(net.statistic_buffer());
        add(net.posterior().log_weights);
        add(trainer.state().numbers());
        add(state.rates.span());
        add(state.memory.span());
        add(state.centre);
        add(state.measured.span());
        add(state.average.span());
        add(state.limits);
        add(std::array{static_cast<double>(state.steps), static_cast<double>(state.schedule_steps)});
        for (const Divergence& event : state.pruned)
            add(std::array{static_cast<double>(event.step), static_cast<double>(event.feature),
                           static_cast<double>(event.features), event.rate, event.limit,
                           static_cast<double>(event.kind), event.copy ? 1.0 : 0.0});
        return all;
    }
};

template <class Net, class MakeOptimizer>
auto run_of(MakeOptimizer make) {
    using Optimizer = decltype(make(std::declval<Net&>()));
    return Run<Net, Optimizer, MakeOptimizer>(make);
}

template <class Net, class MakeOptimizer>
using RunOf = decltype(run_of<Net>(std::declval<MakeOptimizer>()));

/// Saves after each of some steps. A run that loads the file must continue like the run that was not
/// interrupted.
template <class Net, class MakeOptimizer>
void check_resuming(MakeOptimizer make, std::uint64_t poisoned = 99) {
    const TemporaryFolder folder;
    RunOf<Net, MakeOptimizer> straight(make);
    for (std::uint64_t stop = 0; stop < 6; ++stop) {
        CAPTURE(stop);
        RunOf<Net, MakeOptimizer> resumed(make);
        const auto file = folder / ("at" + std::to_string(stop));
        if constexpr (RunOf<Net, MakeOptimizer>::reads) {
            save(straight.net, straight.trainer.state(), straight.optimizer, file);
            load(resumed.net, resumed.trainer.state(), resumed.optimizer, file);
        } else {
            save(straight.net, straight.optimizer, file);
            load(resumed.net, resumed.optimizer, file);
        }
        CHECK(straight.numbers() == resumed.numbers());
        if (stop == poisoned) {
            for (auto* run : {&straight, &resumed})
                run->net.parameter_buffer()[2] = std::numeric_limits<typename Net::scalar>::quiet_NaN();
        }
        straight.learn(stop, stop + 1);
        resumed.learn(stop, stop + 1);
        CHECK(straight.numbers() == resumed.numbers());

        Net alone{Seed{4}};  // the model alone can be loaded, too
        load(alone, file);
    }
    CHECK(straight.optimizer.pruned().empty() == (poisoned == 99));
}

template <class Net>
auto alrao_momentum(Net& net) {
    return AlraoOptimizer{net, LogUniform{1e-3, 1}, Seed{2}, rule::Sgd{.momentum = 0.9},
                          OptimizerOptions{.schedule = schedule::InverseSqrt{.scale = 3}}};
}
constexpr auto of_alrao = [](auto& net) { return alrao_momentum(net); };
constexpr auto of_adam = [](auto& net) { return OneRateOptimizer{net, Adam{.rate = 0.01}}; };

using Kept = RunOf<Deep, decltype(of_alrao)>;

/// Returns the message of `load` for a file that does not match. Model and optimizer must be unchanged.
template <class R = Kept, class Make = decltype(of_alrao)>
std::string refused_optimizer(const std::filesystem::path& path, Make make = {}) {
    R run(make);
    run.learn(0, 2);
    const std::vector<double> before = run.numbers();
    std::string said;
    try {
        load(run.net, run.optimizer, path);
    } catch (const FileError& error) {
        said = error.what();
    }
    CHECK((run.numbers() == before) == !said.empty());
    return said;
}

bool names(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE(
    "training from a loaded model and optimizer continues bit-identically: any rule, any step, pruned or not") {
    check_resuming<Deep>(of_alrao);
    check_resuming<Deep>(of_alrao, 2);
    check_resuming<One>(of_adam);
    check_resuming<One>([](One& net) { return OneRateOptimizer{net, Sgd{.rate = 0.1}}; });
    check_resuming<Deep>([](Deep& net) {
        return AlraoOptimizer{net, LogUniform{1e-4, 0.1}, Seed{2}, rule::Adam{},
                              OptimizerOptions{.rate_groups = RateGroups::per_weight}};
    });
    check_resuming<Reading>(of_alrao);
    check_resuming<Reading>([](Reading& net) {
        return AlraoOptimizer{net, LogUniform{1e-3, 1}, Seed{2}, rule::Sgd{},
                              OptimizerOptions{.rate_groups = RateGroups::official}};
    });
}

TEST_CASE("the number of steps replaces a missing position in the data; an impossible position is refused") {
    const TemporaryFolder folder;
    Kept run(of_alrao);
    run.learn(0, 3);
    save(run.net, run.optimizer, folder / "own loop");
    const io::TensorFile of_own_loop = io::TensorFile::read(folder / "own loop");
    CHECK(of_own_loop.find("optimizer.place") == nullptr);
    CHECK(of_own_loop.find("fit.place") != nullptr);  // it contains the number of steps of the model
    CHECK(run.net.place() == DataPlace{.earlier_steps = 3});
    tamper(run.net, run.optimizer,
           [](auto& kept) { kept.place = {.epoch = 1, .samples = 4, .order = {.samples = 9}}; });
    load(run.net, run.optimizer, folder / "own loop");
    CHECK(run.optimizer.place() == DataPlace{});
    CHECK(run.optimizer.step_number() == 3);

    const auto refused = [&](const char* name, std::vector<std::uint64_t> numbers) {
        io::TensorFile copy;
        copy.metadata = of_own_loop.metadata;
        for (const io::Tensor& tensor : of_own_loop.tensors())
            if (tensor.name != name) copy.add(tensor.name, tensor.dtype, tensor.extents, tensor.bytes);
        copy.add<std::uint64_t>(name, {numbers.size()}, std::span<const std::uint64_t>(numbers));
        copy.write(folder / "changed");
        return refused_optimizer(folder / "changed");
    };
    CHECK(refused("optimizer.place", {1, 4, 9, 0, 0, 0, 0}) == "");
    CHECK(names(refused("optimizer.place", {1, 4, 9}), "optimizer.place is"));
    CHECK(names(refused("optimizer.place", {1, 9, 9, 0, 0, 0, 0}), "optimizer.place"));
    CHECK(refused("fit.place", {1, 4, 9, 0, 0, 0, 0}) == "");
    CHECK(names(refused("fit.place", {1, 4, 9}), "fit.place is"));
    CHECK(names(refused("fit.place", {1, 4, 9, 0, 0, 7, 0}), "fit.place"));
    CHECK(names(refused("optimizer.carried", {1}), "optimizer.carried is unexpected"));
}

TEST_CASE("the carried state must have the number of streams of the position, and be finite") {
    const TemporaryFolder folder;
    RunOf<Reading, decltype(of_alrao)> run(of_alrao);
    constexpr std::size_t each = CarriedState<Reading>::per_stream;
    const auto set = [&](std::size_t streams, std::size_t at, float value) {
        tamper(run.net, run.optimizer, [&](auto& kept) {
            kept.place = {.epoch = 1, .samples = 6, .order = {.samples = 60, .streams = 3}};
            kept.carried = AlignedBuffer<float>(streams * each);
            if (streams > 0) kept.carried.data()[at] = value;
        });
    };
    set(3, 5, 0.5F);
    save(run.net, run.optimizer, folder / "good");
    set(0, 0, 0);
    load(run.net, run.optimizer, folder / "good");
    REQUIRE(run.optimizer.snapshot().carried.size() == 3 * each);
    CHECK(run.optimizer.snapshot().carried.data()[5] == 0.5F);
    run.optimizer.leave_epoch();  // at the beginning of an epoch there is no carried state
    save(run.net, run.optimizer, folder / "between");
    load(run.net, run.optimizer, folder / "between");
    CHECK(run.optimizer.snapshot().carried.size() == 0);

    const auto said = [&](std::size_t numbers, float value) {
        set(0, 0, 0);
        io::TensorFile file;
        io::add_model(file, run.net);
        io::add_optimizer(file, run.optimizer);
        const std::vector<float> values(numbers, value);
        file.add<float>("optimizer.carried", {numbers}, std::span<const float>(values));
        file.write(folder / "changed");
        return refused_optimizer<RunOf<Reading, decltype(of_alrao)>>(folder / "changed", of_alrao);
    };
    CHECK(said(3 * each, 0.5F) == "");
    CHECK(names(said(2 * each, 0.5F), "for 3 streams"));
    CHECK(names(said(3 * each + 1, 0.5F), "for 3 streams"));
    CHECK(names(said(0, 0.5F), "for 3 streams"));
    CHECK(names(said(3 * each, std::numeric_limits<float>::infinity()), "optimizer.carried"));
    set(3, 0, std::numeric_limits<float>::quiet_NaN());
    CHECK_THROWS_AS(save(run.net, run.optimizer, folder / "broken"), ArgumentError);
}

TEST_CASE("the guard uses the loaded numbers") {
    const TemporaryFolder folder;
    const auto fast = [](Deep& net) {
        return AlraoOptimizer{net, LogUniform{2, 2}, Seed{2}, rule::Sgd{.momentum = 0.9}};
    };
    RunOf<Deep, decltype(fast)> first(fast), second(fast);
    tamper(first.net, first.optimizer,
           [](auto& kept) { kept.memory.span()[2] = 3e38F; });  // infinite when doubled
    save(first.net, first.optimizer, folder / "both");
    load(second.net, second.optimizer, folder / "both");
    second.learn(0, 1);
    REQUIRE(second.optimizer.pruned().size() == 1);
    CHECK(second.optimizer.pruned()[0].feature == 2);
    for (const float x : second.net.parameter_buffer()) REQUIRE(is_finite(x));
}

TEST_CASE("arrays are named by their parameters") {
    Kept run(of_alrao);
    io::TensorFile file;
    io::add_optimizer(file, run.optimizer);
    CHECK(file.metadata["optimizer.rule"] == "Sgd");
    REQUIRE(file.find("optimizer.rates.0.weight") != nullptr);
    const io::Tensor* memory = file.find("optimizer.memory0.4.weight");
    REQUIRE(memory != nullptr);
    CHECK(memory->extents == std::vector<std::size_t>{9, 7});
    CHECK(file.find("optimizer.memory1.4.weight") == nullptr);
    CHECK(file.find("optimizer.pruned") == nullptr);
}

TEST_CASE("a negative mean of squares is refused, a negative mean is not") {
    const TemporaryFolder folder;
    const auto adam = [](Deep& net) {
        return AlraoOptimizer{net, LogUniform{1e-3, 1}, Seed{2}, rule::Adam{}};
    };
    using R = RunOf<Deep, decltype(adam)>;
    for (const std::size_t k : {0U, 1U}) {
        R run(adam);
        run.learn(0, 1);
        tamper(run.net, run.optimizer,
               [&](auto& kept) { kept.memory.span()[k * Deep::parameter_elements] = -1e-3F; });
        save(run.net, run.optimizer, folder / "both");
        const std::string said = refused_optimizer<R>(folder / "both", adam);
        CHECK(names(said, "optimizer.memory1.0.weight") == (k == 1));
        CHECK(said.empty() == (k == 0));
    }
}

TEST_CASE("saving and loading refuse a model with the optimizer of another model") {
    const TemporaryFolder folder;
    Kept a(of_alrao), b(of_alrao);
    save(b.net, b.optimizer, folder / "b");
    const auto before = a.numbers();
    const auto refused_pair = [&](auto&& f) {
        return names(error_of(f), "made for another model") && a.numbers() == before;
    };
    CHECK(refused_pair([&] { save(b.net, a.optimizer, folder / "mixed"); }));
    CHECK_FALSE(std::filesystem::exists(folder / "mixed"));
    CHECK(refused_pair([&] { load(b.net, a.optimizer, folder / "b"); }));
    load(a.net, a.optimizer, folder / "b");
    CHECK(a.numbers() == b.numbers());
}

TEST_CASE("an optimizer with another interval of rates is refused, and the message has both intervals") {
    const TemporaryFolder folder;
    Kept run(of_alrao);
    save(run.net, run.optimizer, folder / "both");
    const auto narrow = [](Deep& net) {
        return AlraoOptimizer{net, LogUniform{1e-3, 1e-2}, Seed{2}, rule::Sgd{.momentum = 0.9}};
    };
    const std::string said = refused_optimizer<RunOf<Deep, decltype(narrow)>>(folder / "both", narrow);
    CHECK(names(said, "rates from 0.001 to 0.01"));
    const auto one = [](Deep& net) { return OneRateOptimizer{net, Sgd{.rate = 0.05, .momentum = 0.9}}; };
    const auto other = [](Deep& net) { return OneRateOptimizer{net, Sgd{.rate = 0.5, .momentum = 0.9}}; };
    CHECK(names(refused_optimizer<RunOf<Deep, decltype(one)>>(folder / "both", one), "the one rate 0.05"));
    RunOf<Deep, decltype(one)> of_one(one);
    save(of_one.net, of_one.optimizer, folder / "one");
    CHECK(names(refused_optimizer(folder / "one"), "the one rate 0.05"));
    CHECK(names(refused_optimizer<RunOf<Deep, decltype(other)>>(folder / "one", other), "the one rate 0.5"));
    CHECK(refused_optimizer<RunOf<Deep, decltype(one)>>(folder / "one", one) == "");
}

TEST_CASE("loading a file with a changed byte or a missing end changes neither model nor optimizer") {
    const TemporaryFolder folder;
    Kept run(of_alrao);
    run.learn(0, 1);
    save(run.net, run.optimizer, folder / "both");
    const std::string whole = content(folder / "both");
    for (std::size_t at = 0; at < whole.size(); at += 37) {
        std::string broken = whole;
        broken[at] = static_cast<char>(broken[at] ^ 1);
        CHECK(refused_optimizer(folder.write("broken", broken)) != "");
        CHECK(refused_optimizer(folder.write("short", whole.substr(0, at))) != "");
    }
}

TEST_CASE("measured centres and the average of the weights are saved, also while the model has the average") {
    const auto measured = [](auto& net) {
        using Net = std::remove_reference_t<decltype(net)>;
        AlraoOptimizer<Net, rule::NAdamW> optimizer{net, MeasuredRates{}, Seed{2}};
        optimizer.close_schedule(6);
        return optimizer;
    };
    check_resuming<Deep>(measured);
    check_resuming<Reading>(measured);
    const TemporaryFolder folder;
    RunOf<Deep, decltype(measured)> straight(measured), stopped(measured), resumed(measured);
    straight.learn(0, 5);
    stopped.learn(0, 3);
    stopped.optimizer.use_average(stopped.net);
    save(stopped.net, stopped.optimizer, folder / "average");
    load(resumed.net, resumed.optimizer, folder / "average");
    CHECK(std::equal(resumed.net.parameter_buffer().begin(), resumed.net.parameter_buffer().end(),
                     stopped.net.parameter_buffer().begin()));
    resumed.learn(3, 5);
    CHECK(resumed.numbers() == straight.numbers());

    const auto refused = [&](const std::filesystem::path& path) {
        return refused_optimizer<RunOf<Deep, decltype(measured)>>(path, measured);
    };
    CHECK(refused(folder / "average") == "");
    CHECK(names(refused_optimizer(folder / "average"), "NAdamW"));
    const io::TensorFile file = io::TensorFile::read(folder / "average");
    const auto changed = [&]<class T>(const std::string& name, std::vector<T> numbers) {
        io::TensorFile copy;
        copy.metadata = file.metadata;
        for (const io::Tensor& tensor : file.tensors())
            if (tensor.name != name) copy.add(tensor.name, tensor.dtype, tensor.extents, tensor.bytes);
        if (!numbers.empty()) copy.add<T>(name, {numbers.size()}, std::span<const T>(numbers));
        copy.write(folder / "changed");
        return refused(folder / "changed");
    };
    CHECK(names(changed("optimizer.average_steps", std::vector<std::uint64_t>{3, 2}), "0 or 1"));
    CHECK(names(changed("optimizer.average_steps", std::vector<std::uint64_t>{}), "is missing"));
    CHECK(names(changed("optimizer.statistics", std::vector<float>{}), "is missing"));
    CHECK(names(changed("optimizer.average.0.weight", std::vector<float>{}), "is missing"));
    CHECK(names(changed("optimizer.centre.arrays", std::vector<float>{1, 2}), "optimizer.centre.arrays"));
    std::vector<double> scalars = file.find("optimizer.centre.scalars")->values<double>();
    scalars[0] = -1;
    CHECK(names(changed("optimizer.centre.scalars", scalars), "centre of the rates"));
    scalars[0] = std::numeric_limits<double>::quiet_NaN();
    CHECK(names(changed("optimizer.centre.scalars", scalars), "optimizer.centre.scalars"));
}

TEST_CASE("a missing or invalid state, and one of another rule or grouping of rates, are refused") {
    const TemporaryFolder folder;
    Kept run(of_alrao);
    run.learn(0, 1);
    run.net.parameter_buffer()[2] = std::numeric_limits<float>::quiet_NaN();
    run.learn(1, 2);
    REQUIRE(run.optimizer.pruned().size() == 1);
    save(run.net, folder / "alone");
    CHECK(names(refused_optimizer(folder / "alone"), "optimizer.rule"));
    save(run.net, run.optimizer, folder / "both");
    CHECK(refused_optimizer(folder.write("both again", content(folder / "both"))) == "");

    const auto adam = [](Deep& net) {
        return AlraoOptimizer{net, LogUniform{1e-3, 1}, Seed{2}, rule::Adam{}};
    };
    const std::string other = refused_optimizer<RunOf<Deep, decltype(adam)>>(folder / "both", adam);
    CHECK(names(other, "Sgd"));
    CHECK(names(other, "Adam"));
    const auto plain = [](Deep& net) {
        return AlraoOptimizer{net, LogUniform{1e-3, 1}, Seed{2}, rule::Sgd{}};
    };
    CHECK(names(refused_optimizer<RunOf<Deep, decltype(plain)>>(folder / "both", plain),
                "optimizer.memory0.0.weight is unexpected"));
    const auto weights = [](Deep& net) {
        return AlraoOptimizer{net, LogUniform{1e-3, 1}, Seed{2}, rule::Sgd{.momentum = 0.9},
                              OptimizerOptions{.rate_groups = RateGroups::per_weight}};
    };
    CHECK(names(refused_optimizer<RunOf<Deep, decltype(weights)>>(folder / "both", weights),
                "optimizer.rates.0.weight is F32"));

    const io::TensorFile file = io::TensorFile::read(folder / "both");
    const auto changed = [&]<class T>(const std::string& name, std::vector<T> numbers,
                                      std::vector<std::size_t> extents) {
        io::TensorFile copy;
        copy.metadata = file.metadata;
        for (const io::Tensor& tensor : file.tensors())
            if (tensor.name != name) copy.add(tensor.name, tensor.dtype, tensor.extents, tensor.bytes);
        if (!numbers.empty()) copy.add<T>(name, std::move(extents), std::span<const T>(numbers));
        copy.write(folder / "changed");
        return refused_optimizer(folder / "changed");
    };
    CHECK(changed("none", std::vector<float>{}, {}) == "");
    CHECK(names(changed("optimizer.steps", std::vector<float>{}, {}), "optimizer.steps is missing"));
    CHECK(names(changed("optimizer.else", std::vector<float>{1}, {1}), "optimizer.else is unexpected"));
    std::vector<float> rates = file.find("optimizer.rates.4.bias")->values<float>();
    const std::vector<std::size_t> row{rates.size()};
    rates[1] = -1;
    CHECK(names(changed("optimizer.rates.4.bias", rates, row), "none below 0"));
    rates[1] = std::numeric_limits<float>::infinity();
    CHECK(names(changed("optimizer.rates.4.bias", rates, row), "optimizer.rates.4.bias"));
    CHECK(names(changed("optimizer.steps", std::vector<std::uint64_t>{~std::uint64_t{0}, 2}, {2}),
                "optimizer.steps"));
    CHECK(names(changed("optimizer.steps", std::vector<std::uint64_t>{2, std::uint64_t{1} << 48}, {2}),
                "at most 140737488355328"));
    CHECK(
        names(changed("optimizer.pruned", std::vector<std::uint64_t>{}, {}), "optimizer.pruned is missing"));
    CHECK(
        names(changed("optimizer.pruned", std::vector<std::uint64_t>{1, 99, 0, 0}, {1, 4}), "parameter 99"));
    CHECK(names(changed("optimizer.pruned", std::vector<std::uint64_t>{1, 0, 9, 0}, {1, 4}), "feature 9"));
    CHECK(names(changed("optimizer.pruned", std::vector<std::uint64_t>{1, 0, 8, 3}, {1, 4}), "kind 3"));
    CHECK(names(changed("optimizer.pruned", std::vector<std::uint64_t>(8), {2, 4}),
                "optimizer.pruned_values is"));

    tamper(run.net, run.optimizer,
           [](auto& kept) { kept.memory.span()[5] = std::numeric_limits<float>::quiet_NaN(); });
    CHECK_THROWS_AS(save(run.net, run.optimizer, folder / "broken"), ArgumentError);
    CHECK_FALSE(std::filesystem::exists(folder / "broken"));
}

}  // namespace io_optimizer_state_test
