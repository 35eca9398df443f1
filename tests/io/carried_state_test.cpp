#include <alrao/io/carried_state.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/dropout.hpp>
#include <alrao/layers/embedding.hpp>
#include <alrao/layers/gru.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/lstm.hpp>
#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/model/predict.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/dropout.hpp>
#include <alrao/ops/embedding.hpp>
#include <alrao/ops/gru.hpp>
#include <alrao/ops/lstm.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/train/streams.hpp>
#include <alrao/train/trainer.hpp>

#include "temporary_folder.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace io_carried_state_test {

using namespace alrao;

namespace {

struct Texts : Model<Tokens, Embedding<5, 4>, LSTM<3>, GRU<2>, AveragedHead<SoftmaxClassifier<5>, 2>> {
    using Model::Model;
};
struct Dropping : Model<Tokens, Embedding<5, 4>, Dropout<Percent<20>>, LSTM<3>, Dropout<Percent<20>>, LSTM<3>,
                        AveragedHead<SoftmaxClassifier<5>, 2>> {
    using Model::Model;
};
struct Narrow : Model<Tokens, Embedding<5, 4>, LSTM<2>, AveragedHead<SoftmaxClassifier<5>, 2>> {
    using Model::Model;
};
struct Stateless : Model<Input<3>, Dense<2>> {
    using Model::Model;
};

constexpr std::size_t streams = 3, steps = 4;

/// A chunk of a text: its words, and for each of them the next word, [steps, streams].
struct Chunk {
    std::vector<float> words;
    std::vector<std::int32_t> next;
    explicit Chunk(std::size_t number) {
        for (std::size_t i = 0; i < streams * steps; ++i) {
            words.push_back(static_cast<float>((i * i + number) % 5));
            next.push_back(static_cast<std::int32_t>((i + 3 * number) % 5));
        }
    }
    [[nodiscard]] Batch<float> examples() const {
        return {.inputs = words.data(),
                .truth = {.labels = next.data()},
                .samples = streams,
                .time_steps = steps};
    }
};

/// A model and its state, trained on some chunks.
struct Learner {
    Threads threads;
    Texts net{Seed{1}};
    AlraoOptimizer<Texts> optimizer{net, LogUniform{1e-3, 1}, Seed{2}};
    Trainer<Texts, AlraoOptimizer<Texts>> trainer{net, optimizer, streams, threads, Seed{3}, steps};

    void learn(std::size_t first, std::size_t end) {
        for (std::size_t chunk = first; chunk < end; ++chunk) trainer.train_step(Chunk(chunk).examples());
    }
    [[nodiscard]] std::vector<float> numbers() {
        std::vector<float> all(net.parameter_buffer().begin(), net.parameter_buffer().end());
        all.insert(all.end(), trainer.state().numbers().begin(), trainer.state().numbers().end());
        return all;
    }
};

/// Returns the message of `load` for a file that does not contain this state. Model and state must be
/// unchanged.
template <class N>
std::string refused_state(const std::filesystem::path& path, std::size_t batch = streams) {
    N net{Seed{9}};
    CarriedState<N> state(batch);
    std::fill(state.numbers().begin(), state.numbers().end(), 0.5F);
    const std::vector<float> before(net.parameter_buffer().begin(), net.parameter_buffer().end());
    std::string said;
    try {
        load(net, state, path);
    } catch (const FileError& error) {
        said = error.what();
    }
    CHECK(std::equal(before.begin(), before.end(), net.parameter_buffer().begin()));
    for (const float number : state.numbers()) CHECK(number == 0.5F);
    return said;
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("training from a loaded model and state continues bit-identically in the middle of a text") {
    const TemporaryFolder folder;
    Learner straight;
    straight.learn(0, 3);
    save(straight.net, straight.trainer.state(), folder / "middle.safetensors");
    Learner resumed;
    load(resumed.net, resumed.trainer.state(), folder / "middle.safetensors");
    CHECK(straight.numbers() == resumed.numbers());
    straight.learn(3, 6);
    resumed.learn(3, 6);
    CHECK(straight.numbers() == resumed.numbers());

    // Without the state the results differ. The model alone can be loaded from the same file.
    Learner forgetful;
    load(forgetful.net, folder / "middle.safetensors");
    forgetful.learn(3, 6);
    CHECK_FALSE(straight.numbers() == forgetful.numbers());
}

TEST_CASE(
    "model, carried state and optimizer are the complete state of training on streams, after any chunk") {
    const TemporaryFolder folder;
    const std::vector<std::int32_t> tokens = [] {
        std::vector<std::int32_t> numbers;
        for (std::int32_t i = 0; i < 80; ++i) numbers.push_back(i * i / 3 % 5);
        return numbers;
    }();
    const Streams text(tokens, {.streams = streams, .chunk = steps});
    REQUIRE(text.chunks() == 7);
    REQUIRE(text.steps(6) == 2);  // and the last chunk is shorter
    ChunkBuffers<float> buffers(text);
    using Optimizer = AlraoOptimizer<Dropping>;
    struct Run {
        Threads threads;
        Dropping net{Seed{1}};
        Optimizer optimizer{net, LogUniform{1e-3, 1}, Seed{2}, rule::Sgd{.momentum = 0.9}};
        Trainer<Dropping, Optimizer> trainer{net, optimizer, streams, threads, Seed{3}, steps};
    };
    const auto learn = [&](Run& run, std::size_t first, std::size_t end) {
        for (std::size_t c = first; c < end; ++c) run.trainer.train_step(buffers.gather(text, c));
    };
    Run straight;
    for (std::size_t stop = 0; stop < text.chunks(); ++stop) {
        const std::string name = "at" + std::to_string(stop) + ".safetensors";
        save(straight.net, straight.trainer.state(), folder / name);
        Run resumed;
        load(resumed.net, resumed.trainer.state(), folder / name);
        resumed.optimizer.restore(resumed.net, straight.optimizer.snapshot());
        learn(straight, stop, stop + 1);
        learn(resumed, stop, stop + 1);
        const auto same = [](std::span<const float> a, std::span<const float> b) {
            return std::equal(a.begin(), a.end(), b.begin(), b.end());
        };
        CHECK(same(straight.net.parameter_buffer(), resumed.net.parameter_buffer()));
        CHECK(same(straight.trainer.state().numbers(), resumed.trainer.state().numbers()));
        CHECK(straight.net.posterior() == resumed.net.posterior());
    }
}

TEST_CASE("a workspace continues predictions from a loaded state") {
    const TemporaryFolder folder;
    Threads threads;
    const Texts net{Seed{4}};
    Workspace<Texts> first(streams, threads, steps), second(streams, threads, steps);
    first.run(net, Chunk(0).words.data(), streams, steps);
    save(net, first.state(), folder / "net.safetensors");
    Texts loaded{Seed{5}};
    load(loaded, second.state(), folder / "net.safetensors");
    const Block<const float> a = first.run(net, Chunk(1).words.data(), streams, steps);
    const Block<const float> b = second.run(loaded, Chunk(1).words.data(), streams, steps);
    REQUIRE(a.rows == b.rows);
    for (std::size_t row = 0; row < a.rows; ++row)
        CHECK(std::equal(a.row(row), a.row(row) + a.channels, b.row(row)));
}

TEST_CASE("arrays of states are named by the paths of layers; a network without states writes none") {
    io::TensorFile file;
    io::add_state(file, CarriedState<Texts>(streams));
    REQUIRE(file.tensors().size() == 2);
    CHECK(file.tensors()[0].name == "carried.1.state");
    CHECK(file.tensors()[0].extents == std::vector<std::size_t>{streams, 6});
    CHECK(file.tensors()[1].name == "carried.2.state");
    CHECK(file.tensors()[1].extents == std::vector<std::size_t>{streams, 2});
    io::TensorFile empty;
    io::add_state(empty, CarriedState<Stateless>(streams));
    CHECK(empty.tensors().empty());

    const TemporaryFolder folder;
    const Stateless net{Seed{1}};
    save(net, CarriedState<Stateless>(streams), folder / "both");
    save(net, folder / "alone");
    CHECK(content(folder / "both") == content(folder / "alone"));
    Stateless loaded{Seed{2}};
    CarriedState<Stateless> nothing(streams);
    load(loaded, nothing, folder / "alone");
    CHECK(std::equal(net.parameter_buffer().begin(), net.parameter_buffer().end(),
                     loaded.parameter_buffer().begin()));
}

TEST_CASE("loading a file with a changed byte or a missing end changes neither model nor state") {
    const TemporaryFolder folder;
    const Texts net{Seed{4}};
    save(net, CarriedState<Texts>(streams), folder / "net");
    const std::string whole = content(folder / "net");
    for (std::size_t at = 0; at < whole.size(); at += 5) {
        std::string broken = whole;
        broken[at] = static_cast<char>(broken[at] ^ 1);
        CHECK(refused_state<Texts>(folder.write("broken", broken)) != "");
        CHECK(refused_state<Texts>(folder.write("short", whole.substr(0, at))) != "");
    }
}

TEST_CASE("a state of another network or number of streams, a missing and a broken state are refused") {
    const TemporaryFolder folder;
    const Texts net{Seed{4}};
    CarriedState<Texts> state(streams);
    save(net, state, folder / "net.safetensors");
    const std::string of_streams = refused_state<Texts>(folder / "net.safetensors", 2);
    CHECK(says(of_streams, "net.safetensors"));
    CHECK(says(of_streams, "carried state"));
    CHECK(says(of_streams, "carried.1.state is F32 [3, 6] in the file, F32 [2, 6] in the model"));
    const std::string of_other = refused_state<Narrow>(folder / "net.safetensors");
    CHECK(says(of_other, "carried.1.state is F32 [3, 6] in the file, F32 [3, 4] in the model"));
    CHECK(says(of_other, "carried.2.state is unexpected"));

    save(net, folder / "alone.safetensors");
    CHECK(says(refused_state<Texts>(folder / "alone.safetensors"), "carried.1.state is missing"));

    state.numbers()[7] = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_AS(save(net, state, folder / "broken.safetensors"), ArgumentError);
    CHECK_FALSE(std::filesystem::exists(folder / "broken.safetensors"));
    io::TensorFile file;
    io::add_model(file, net);
    const std::vector<float> lstm(std::size_t{6} * streams, std::numeric_limits<float>::infinity());
    const std::vector<float> gru(std::size_t{2} * streams);
    file.add<float>("carried.1.state", {streams, 6}, std::span<const float>(lstm));
    file.add<float>("carried.2.state", {streams, 2}, std::span<const float>(gru));
    file.write(folder / "infinite.safetensors");
    CHECK(says(refused_state<Texts>(folder / "infinite.safetensors"), "carried.1.state"));
}

}  // namespace io_carried_state_test
