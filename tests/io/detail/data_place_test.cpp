#include <alrao/io/detail/data_place.hpp>

#include "../temporary_folder.hpp"

#include <alrao/io/optimizer_state.hpp>
#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/ops/activation.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/dropout.hpp>
#include <alrao/ops/embedding.hpp>
#include <alrao/ops/lstm.hpp>
#include <alrao/ops/normalization.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/train/fit.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace io_detail_data_place_test {

using namespace alrao;

namespace {

constexpr std::string_view place_name = "fit.place";

io::TensorFile file_of_place(const std::vector<std::uint64_t>& numbers) {
    io::TensorFile file;
    file.add<std::uint64_t>(std::string(place_name), {numbers.size()},
                            std::span<const std::uint64_t>(numbers));
    return file;
}

std::string refused_place(const std::vector<std::uint64_t>& numbers) {
    try {
        (void)io::detail::read_place(file_of_place(numbers), "some.file", place_name);
    } catch (const FileError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a position is read as it was written; a model without a fit writes none") {
    const DataPlace place{.epoch = 4,
                          .samples = 6,
                          .order = {.samples = 12, .streams = 3, .seed = 99, .shuffled = true},
                          .earlier_steps = 17};
    io::TensorFile file;
    io::detail::add_place(file, place_name, place);
    REQUIRE(file.tensors().size() == 1);
    CHECK(io::detail::read_place(file, "some.file", place_name) == place);
    io::TensorFile empty;
    io::detail::add_place(empty, place_name, {});
    CHECK(empty.tensors().empty());
    CHECK(io::detail::read_place(empty, "some.file", place_name) == DataPlace{});
}

TEST_CASE("a position at which no fit can have stopped is refused") {
    CHECK(refused_place({4, 6, 12, 3, 99, 1, 17}).empty());
    CHECK(refused_place({4, 0, 0, 0, 0, 0, 17}).empty());
    const std::uint64_t most = std::uint64_t{1} << 47;
    CHECK(refused_place({most, 0, 12, 0, 0, 0, most}).empty());
    CHECK(refused_place({most + 1, 0, 12, 0, 0, 0, 0}).find("fit.place") != std::string::npos);
    CHECK(!refused_place({0, 0, 12, 0, 0, 0, most + 1}).empty());
    CHECK(!refused_place({0, 12, 12, 0, 0, 0, 0}).empty());
    CHECK(!refused_place({0, 1, 0, 0, 0, 0, 0}).empty());
    CHECK(!refused_place({0, 4, 12, 3, 0, 0, 0}).empty());
    CHECK(!refused_place({0, 3, 13, 3, 0, 0, 0}).empty());
    CHECK(!refused_place({0, 4, 12, 0, 0, 2, 0}).empty());
}

namespace {

struct Placed : Model<Input<5>, Dense<9>, BatchNorm, ReLU, Dropout<>, Dense<7>, Tanh,
                      AveragedHead<SoftmaxClassifier<3>, 4>> {
    using Model::Model;
};
struct PlacedReading
    : Model<Tokens, Embedding<5, 4>, Dropout<>, LSTM<6>, AveragedHead<SoftmaxClassifier<5>, 3>> {
    using Model::Model;
};

template <class Net>
auto optimizer_of_placed(Net& net) {
    return AlraoOptimizer{net, LogUniform{1e-3, 1}, Seed{2}, rule::Sgd{.momentum = 0.9},
                          OptimizerOptions{.schedule = schedule::InverseSqrt{.scale = 3}}};
}

/// Fits 3 epochs of 7 steps. At each step the fit is interrupted and saved, and another model loads the file
/// and continues.
template <class Net, class Data, class Options>
void check_resuming_fits(const Data& data, Options options) {
    const TemporaryFolder folder;
    const auto fitted = [&](Net& net, auto& optimizer, std::size_t epochs, std::uint64_t cut) {
        options.epochs = epochs;
        options.seed = Seed{3};
        return fit<OwnTiles<>>(net, optimizer, data, options,
                               [&](const StepEnd& event) { return event.total_steps == cut; });
    };
    const auto bytes = [&](const Net& net, const auto& optimizer) {
        save(net, optimizer, folder / "now");
        return content(folder / "now");
    };
    Net whole{Seed{1}};
    AlraoOptimizer straight = optimizer_of_placed(whole);
    fitted(whole, straight, 3, 99);
    for (std::uint64_t cut = 1; cut < 21; ++cut) {
        CAPTURE(cut);
        Net net{Seed{1}}, resumed{Seed{4}};
        AlraoOptimizer first = optimizer_of_placed(net), second = optimizer_of_placed(resumed);
        fitted(net, first, 3, cut);
        save(net, first, folder / "cut");
        load(resumed, second, folder / "cut");
        CHECK(second.place() == first.place());
        CHECK(resumed.place() == net.place());
        fitted(resumed, second, 3 - cut / 7, 99);
        CHECK(bytes(resumed, second) == bytes(whole, straight));
    }
}

}  // namespace

TEST_CASE("fit continues bit-identically within an epoch: samples") {
    std::vector<float> inputs;
    std::vector<std::int32_t> labels;
    Philox random(Seed{5}, 0);
    for (std::size_t i = 0; i < 50; ++i) {
        for (std::size_t x = 0; x < 5; ++x) inputs.push_back(static_cast<float>(random.normal()));
        labels.push_back(static_cast<std::int32_t>(random.below(3)));
    }
    FitOptions<float> options{.batch_size = 8};
    const auto shaken = [](std::span<const float> from, const Extents&, std::span<float> to,
                           Philox& numbers) {
        for (std::size_t i = 0; i < from.size(); ++i)
            to[i] = from[i] + static_cast<float>(0.1 * numbers.normal());
    };
    check_resuming_fits<Placed>(Augmented(Dataset<float>(inputs, labels), shaken), options);
}

TEST_CASE("fit continues bit-identically within an epoch: streams") {
    std::vector<std::int32_t> tokens;
    for (std::int32_t i = 0; i < 3 * 27 + 1; ++i) tokens.push_back(i * i / 3 % 5);
    check_resuming_fits<PlacedReading>(Streams(tokens, {.streams = 3, .chunk = 4}), FitOptions<float>{});
}

}  // namespace io_detail_data_place_test
