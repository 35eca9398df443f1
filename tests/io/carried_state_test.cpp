#include <alrao/io/carried_state.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/embedding.hpp>
#include <alrao/layers/gru.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/lstm.hpp>
#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/model/predict.hpp>
#include <alrao/ops/embedding.hpp>
#include <alrao/ops/gru.hpp>
#include <alrao/ops/lstm.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/train/trainer.hpp>

#include "temporary_folder.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using namespace alrao;

namespace {

struct Net
    : Model<Tokens, Embedding<5, 4>, LSTM<3>, GRU<2>, AveragedHead<SoftmaxClassifier<5>, 2>> {
    using Model::Model;
};
struct Other : Model<Tokens, Embedding<5, 4>, LSTM<2>, AveragedHead<SoftmaxClassifier<5>, 2>> {
    using Model::Model;
};
struct Stateless : Model<Input<3>, Dense<2>> {
    using Model::Model;
};

constexpr std::size_t streams = 3, steps = 4;

/// A chunk of a text: words of the chunk and the words after them, [steps, streams].
struct Chunk {
    std::vector<float> words;
    std::vector<std::int32_t> next;
    explicit Chunk(std::size_t number) {
        for (std::size_t i = 0; i < streams * steps; ++i) {
            words.push_back(static_cast<float>((i * i + number) % 5));
            next.push_back(static_cast<std::int32_t>((i + 3 * number) % 5));
        }
    }
    [[nodiscard]] Examples<float> examples() const {
        return {.inputs = words.data(), .labels = next.data(), .batch = streams, .steps = steps};
    }
};

/// What training does to a model and its state on some chunks.
struct Learner {
    Threads threads;
    Net net{Seed{1}};
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-3, 1}, Seed{2}};
    Trainer<Net, AlraoOptimizer<Net>> trainer{net, optimizer, streams, threads, Seed{3}, steps};

    void learn(std::size_t first, std::size_t end) {
        for (std::size_t chunk = first; chunk < end; ++chunk)
            trainer.train_step(Chunk(chunk).examples());
    }
    [[nodiscard]] std::vector<float> numbers() {
        std::vector<float> all(net.parameter_buffer().begin(), net.parameter_buffer().end());
        all.insert(all.end(), trainer.state().numbers().begin(), trainer.state().numbers().end());
        return all;
    }
};

/// What loading says of a state that a file does not hold; model and state stay as they were.
template <class N>
std::string refusal(const std::filesystem::path& path, std::size_t batch = streams) {
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

bool says(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("who loads model and state in the middle of a text goes on with the same bits") {
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

    // Without the state it would have been another run, and a model alone is read as ever.
    Learner forgetful;
    load(forgetful.net, folder / "middle.safetensors");
    forgetful.learn(3, 6);
    CHECK_FALSE(straight.numbers() == forgetful.numbers());
}

TEST_CASE("a workspace predicts on from a state that was saved") {
    const TemporaryFolder folder;
    Threads threads;
    const Net net{Seed{4}};
    Workspace<Net> first(streams, threads, steps), second(streams, threads, steps);
    first.run(net, Chunk(0).words.data(), streams, steps);
    save(net, first.state(), folder / "net.safetensors");
    Net loaded{Seed{5}};
    load(loaded, second.state(), folder / "net.safetensors");
    const Block<const float> a = first.run(net, Chunk(1).words.data(), streams, steps);
    const Block<const float> b = second.run(loaded, Chunk(1).words.data(), streams, steps);
    REQUIRE(a.rows == b.rows);
    for (std::size_t row = 0; row < a.rows; ++row)
        CHECK(std::equal(a.row(row), a.row(row) + a.channels, b.row(row)));
}

TEST_CASE("states have their layers' paths as names; a network without one writes none") {
    io::TensorFile file;
    io::add_state(file, CarriedState<Net>(streams));
    REQUIRE(file.tensors().size() == 2);
    CHECK(file.tensors()[0].name == "carried.1.state");
    CHECK(file.tensors()[0].extents == std::vector<std::size_t>{streams, 6});
    CHECK(file.tensors()[1].name == "carried.2.state");
    CHECK(file.tensors()[1].extents == std::vector<std::size_t>{streams, 2});
    io::TensorFile empty;
    io::add_state(empty, CarriedState<Stateless>(streams));
    CHECK(empty.tensors().empty());
}

TEST_CASE("another network's, another number of streams', no and a broken state are refused") {
    const TemporaryFolder folder;
    const Net net{Seed{4}};
    CarriedState<Net> state(streams);
    save(net, state, folder / "net.safetensors");
    const std::string of_streams = refusal<Net>(folder / "net.safetensors", 2);
    CHECK(says(of_streams, "net.safetensors"));
    CHECK(says(of_streams, "carried state"));
    CHECK(says(of_streams, "carried.1.state is F32 [3, 6] in the file, F32 [2, 6] in the model"));
    const std::string of_other = refusal<Other>(folder / "net.safetensors");
    CHECK(says(of_other, "carried.1.state is F32 [3, 6] in the file, F32 [3, 4] in the model"));
    CHECK(says(of_other, "carried.2.state is not part of it"));

    save(net, folder / "alone.safetensors");
    CHECK(says(refusal<Net>(folder / "alone.safetensors"), "carried.1.state is missing"));

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
    CHECK(says(refusal<Net>(folder / "infinite.safetensors"), "carried.1.state"));
}
