#include <alrao/train/streams.hpp>

#include <doctest/doctest.h>
#include <xtensor/xbuilder.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

namespace train_streams_test {

using namespace alrao;

namespace {

std::vector<std::int32_t> counting(std::size_t count) {
    std::vector<std::int32_t> tokens(count);
    std::iota(tokens.begin(), tokens.end(), 0);
    return tokens;
}

std::string refusal(std::size_t tokens, const StreamOptions& options) {
    try {
        const auto sequence = counting(tokens);
        (void)Streams(sequence, options);
    } catch (const ArgumentError& error) {
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("each token but the first is predicted once, except for fewer than `streams` at the end") {
    for (const std::size_t count : {12U, 13U, 14U, 15U, 31U, 100U}) {
        for (const StreamOptions options : {StreamOptions{3, 3}, {1, 11}, {2, 4}, {4, 1}}) {
            const auto tokens = counting(count);
            const Streams streams(tokens, options);
            ChunkBuffers<float> buffers(streams);
            std::vector<std::int32_t> labels, expected(streams.size());
            for (std::size_t c = 0; c < streams.chunks(); ++c) {
                const Batch<float> examples = buffers.gather(streams, c);
                REQUIRE(examples.samples == options.streams);
                REQUIRE(examples.time_steps == streams.steps(c));
                REQUIRE(examples.time_steps >= 1);
                REQUIRE(examples.time_steps <= options.chunk);
                for (std::size_t i = 0; i < examples.samples * examples.time_steps; ++i) {
                    CHECK(examples.truth.labels[i] == static_cast<std::int32_t>(examples.inputs[i]) + 1);
                    labels.push_back(examples.truth.labels[i]);
                }
            }
            std::sort(labels.begin(), labels.end());
            std::iota(expected.begin(), expected.end(), 1);
            CHECK(labels == expected);
            CHECK(count - 1 - streams.size() < options.streams);
        }
    }
}

TEST_CASE("a chunk has the layout [time steps, streams] and begins where the previous one ended") {
    const auto tokens = counting(14);
    const Streams streams(tokens, {.streams = 2, .chunk = 4});  // 6 steps each
    CHECK(streams.steps() == 6);
    CHECK(streams.chunks() == 2);
    CHECK(streams.steps(1) == 2);
    ChunkBuffers<double> buffers(streams);
    Batch<double> examples = buffers.gather(streams, 0);
    CHECK(std::vector(examples.inputs, examples.inputs + 8) == std::vector<double>{0, 6, 1, 7, 2, 8, 3, 9});
    examples = buffers.gather(streams, 1);
    CHECK(std::vector(examples.inputs, examples.inputs + 4) == std::vector<double>{4, 10, 5, 11});
    CHECK(std::vector(examples.truth.labels, examples.truth.labels + 4) ==
          std::vector<std::int32_t>{5, 11, 6, 12});
    examples = buffers.gather(streams, 3, 3);  // not at the beginning of a chunk
    CHECK(examples.time_steps == 3);
    CHECK(std::vector(examples.inputs, examples.inputs + 6) == std::vector<double>{3, 9, 4, 10, 5, 11});
    CHECK_THROWS_AS((void)buffers.gather(streams, 4, 3), ArgumentError);
    CHECK_THROWS_AS((void)buffers.gather(streams, 7, 0), ArgumentError);
    CHECK_THROWS_AS((void)buffers.gather(streams, 0, 5), ArgumentError);
}

TEST_CASE("a sequence shorter than streams x (chunk + 1) is an error, not zero batches") {
    CHECK(refusal(12, {.streams = 3, .chunk = 3}).empty());
    const std::string message = refusal(11, {.streams = 3, .chunk = 3});
    CHECK(message.find("need 3 x (3 + 1) tokens, the sequence has 11") != std::string::npos);
    CHECK(!refusal(0, {.streams = 1, .chunk = 1}).empty());
    CHECK(!refusal(9, {.streams = 0, .chunk = 1}).empty());
    CHECK(!refusal(9, {.streams = 1, .chunk = 0}).empty());
    constexpr std::size_t huge = std::numeric_limits<std::size_t>::max();
    CHECK(!refusal(9, {.streams = huge, .chunk = 1}).empty());
    CHECK(!refusal(9, {.streams = 1, .chunk = huge}).empty());
    CHECK(!refusal(9, {.streams = huge, .chunk = huge}).empty());
}

TEST_CASE("negative tokens are refused") {
    const std::vector<std::int32_t> tokens{0, 1, -1, 2};
    CHECK_THROWS_WITH_AS((void)Streams(tokens, {1, 2}),
                         "alrao: Streams: token 2 is -1; tokens are indices from 0", ArgumentError);
}

TEST_CASE("an array with gaps is refused before a token is read") {
    xt::xtensor<std::int32_t, 2> table = xt::zeros<std::int32_t>({100, 2});
    const auto column = xt::view(table, xt::all(), 1);
    CHECK_THROWS_WITH_AS((void)Streams(column, {2, 5}),
                         doctest::Contains("Streams: the tokens are not row-major without gaps"),
                         ArgumentError);
    CHECK_THROWS_WITH_AS((void)Streams(table, {2, 5}), doctest::Contains("must have one extent"),
                         ArgumentError);
    xt::xtensor<std::int32_t, 1> line = xt::arange<std::int32_t>(100);
    const auto backwards = xt::view(line, xt::range(xt::placeholders::_, xt::placeholders::_, -1));
    CHECK_THROWS_AS((void)Streams(backwards, {2, 5}), ArgumentError);
    const auto rest = xt::view(line, xt::range(10, 60));
    CHECK(Streams(rest, {2, 5}).at(0, 0) == 10);
}

TEST_CASE("temporary tokens do not compile") {
    static_assert(!std::is_constructible_v<Streams, std::vector<std::int32_t>>);
    static_assert(std::is_constructible_v<Streams, std::vector<std::int32_t>&>);
    static_assert(std::is_constructible_v<Streams, std::span<const std::int32_t>>);
}

TEST_CASE("buffers are for streams of the same size") {
    const auto tokens = counting(40);
    const Streams small(tokens, {2, 3}), large(tokens, {2, 5});
    ChunkBuffers<float> buffers(small);
    CHECK_THROWS_AS((void)buffers.gather(large, 0), ArgumentError);
    CHECK_THROWS_WITH_AS((void)buffers.gather(small, 7), doctest::Contains("no chunk 7"), ArgumentError);
}

}  // namespace train_streams_test
