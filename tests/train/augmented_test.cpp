#include <alrao/train/augmented.hpp>

#include "toy.hpp"

#include <alrao/tensor/fail.hpp>
#include <alrao/train/evaluate.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

namespace train_augmented_test {

using namespace alrao;

namespace {

struct Noise {
    void operator()(std::span<const float> from, const Extents&, std::span<float> to, Philox& random) const {
        for (std::size_t i = 0; i < from.size(); ++i) to[i] = from[i] + static_cast<float>(random.normal());
    }
};

std::vector<float> inputs_of(const Batch<float>& batch) {
    return {batch.inputs, batch.inputs + batch.samples * 2};
}

}  // namespace

TEST_CASE(
    "the batches of augmented samples depend on seed and epoch, not on the order in which they are read") {
    const toy::Quadrants quadrants(23, Seed{1});
    const Augmented noisy(quadrants.view(), Noise{});
    const ReadOptions options{.batch_size = 5, .seed = Seed{3}, .shuffle = true};
    auto forward = noisy.reader(options), backward = noisy.reader(options);
    for (const std::uint64_t epoch : {std::uint64_t{0}, std::uint64_t{4}}) {
        forward.begin_epoch(epoch, 0);
        backward.begin_epoch(epoch, 0);
        REQUIRE(forward.batches(0) == 5);
        std::vector<std::vector<float>> batches;
        for (std::size_t b = 0; b < 5; ++b) batches.push_back(inputs_of(forward.batch(b)));
        CHECK(batches[4].size() == 2 * 3);
        for (std::size_t b = 5; b-- > 0;) CHECK(inputs_of(backward.batch(b)) == batches[b]);
    }
    forward.begin_epoch(0, 0);
    backward.begin_epoch(1, 0);
    CHECK(inputs_of(forward.batch(0)) != inputs_of(backward.batch(0)));
}

TEST_CASE("labels belong to their samples; unchanged() returns the samples before augmentation") {
    const toy::Quadrants quadrants(6, Seed{1});
    const Augmented noisy(quadrants.view(), Noise{});
    CHECK(noisy.contents().samples == 6);
    CHECK(noisy.unchanged().inputs(0) == quadrants.points.data());
    auto reader = noisy.reader({.batch_size = 6});
    reader.begin_epoch(0, 0);
    const Batch<float> batch = reader.batch(0);
    for (std::size_t i = 0; i < 6; ++i) CHECK(batch.truth.labels[i] == quadrants.labels[i]);
}

TEST_CASE("check_extents refuses samples before reading; after an exception a batch can be read again") {
    struct Refusing : Noise {
        void check_extents(const Extents&) const { fail("alrao: test: these extents are refused"); }
    };
    const toy::Quadrants quadrants(6, Seed{1});
    CHECK_THROWS_AS(Augmented(quadrants.view(), Refusing{}), ArgumentError);
    int calls = 0;
    const auto throws_once = [&calls](std::span<const float> from, const Extents&, std::span<float> to,
                                      Philox&) {
        if (++calls == 1) throw std::runtime_error("once");
        std::copy(from.begin(), from.end(), to.begin());
    };
    const Augmented source(quadrants.view(), throws_once);
    auto reader = source.reader({.batch_size = 6});
    reader.begin_epoch(0, 0);
    CHECK_THROWS_WITH((void)reader.batch(0), "once");
    CHECK(inputs_of(reader.batch(0)) == quadrants.points);
}

TEST_CASE("evaluate uses the augmented samples") {
    const toy::Quadrants quadrants(40, Seed{1});
    const toy::Plain net{Seed{1}};
    const auto copy = [](std::span<const float> from, const Extents&, std::span<float> to, Philox&) {
        std::copy(from.begin(), from.end(), to.begin());
    };
    CHECK(evaluate(net, Augmented(quadrants.view(), copy)) == evaluate(net, quadrants.view()));
    CHECK_FALSE(evaluate(net, Augmented(quadrants.view(), Noise{})) == evaluate(net, quadrants.view()));
}

}  // namespace train_augmented_test
