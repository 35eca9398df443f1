#include <alrao/data/augmentation.hpp>

#include <alrao/train/augmentation.hpp>

#include <doctest/doctest.h>

#include <array>
#include <numeric>
#include <vector>

namespace data_augmentation_test {

using namespace alrao;
using data::CropAndFlip;

static_assert(Augmentation<CropAndFlip, float> && Augmentation<CropAndFlip, double>);

namespace {

std::vector<float> counting(std::size_t size) {
    std::vector<float> image(size);
    std::iota(image.begin(), image.end(), 1.0F);
    return image;
}

/// The crop computed by its definition, pixel by pixel, on an image that is padded in memory.
std::vector<float> slow_crop(const std::vector<float>& from, const Extents& e, std::size_t padding,
                             data::Crop crop) {
    const std::size_t wide = e[1] + 2 * padding;
    std::vector<float> padded((e[0] + 2 * padding) * wide * e[2]), to(from.size());
    for (std::size_t y = 0; y < e[0]; ++y)
        for (std::size_t x = 0; x < e[1]; ++x)
            for (std::size_t c = 0; c < e[2]; ++c)
                padded[((y + padding) * wide + x + padding) * e[2] + c] = from[(y * e[1] + x) * e[2] + c];
    for (std::size_t y = 0; y < e[0]; ++y)
        for (std::size_t x = 0; x < e[1]; ++x)
            for (std::size_t c = 0; c < e[2]; ++c) {
                const std::size_t seen = crop.mirrored ? e[1] - 1 - x : x;
                to[(y * e[1] + x) * e[2] + c] = padded[((y + crop.top) * wide + seen + crop.left) * e[2] + c];
            }
    return to;
}

}  // namespace

TEST_CASE("the crop in the middle, not mirrored, is the image itself") {
    const Extents extents{32, 32, 3};
    const auto image = counting(extents.size());
    std::vector<float> to(image.size(), -1);
    data::crop_image<float>(image, extents, 4, {.top = 4, .left = 4}, to);
    CHECK(to == image);
    data::crop_image<float>(image, extents, 0, {}, to);
    CHECK(to == image);
}

TEST_CASE("all crops agree with the definition") {
    for (const Extents extents : {Extents{5, 6, 3}, Extents{3, 2, 1}, Extents{1, 1, 4}}) {
        const auto image = counting(extents.size());
        for (const std::size_t padding : {0U, 1U, 4U})
            for (std::size_t top = 0; top <= 2 * padding; ++top)
                for (std::size_t left = 0; left <= 2 * padding; ++left)
                    for (const bool mirrored : {false, true}) {
                        const data::Crop crop{top, left, mirrored};
                        std::vector<float> to(image.size(), -1);
                        data::crop_image<float>(image, extents, padding, crop, to);
                        REQUIRE(to == slow_crop(image, extents, padding, crop));
                    }
    }
}

TEST_CASE("all crops are equally likely; equal random numbers give equal images") {
    // A single bright pixel in the middle: its position in the result determines the crop.
    const Extents extents{9, 9, 1};
    std::vector<float> image(81), to(81);
    image[4 * 9 + 3] = 1;  // one left of the middle
    std::array<int, 81> hits{};
    constexpr int runs = 16200;
    for (int i = 0; i < runs; ++i) {
        Philox random = augmentation_numbers(Seed{1}, 2, static_cast<std::size_t>(i));
        CropAndFlip{.padding = 2}(std::span<const float>(image), extents, std::span(to), random);
        CHECK(random.position() % (1U << 24) == 3);
        for (std::size_t p = 0; p < 81; ++p) hits[p] += to[p] == 1 ? 1 : 0;
    }
    // 5 x 5 positions around column 3, and around column 5 if mirrored.
    int seen = 0;
    for (std::size_t y = 0; y < 9; ++y)
        for (std::size_t x = 0; x < 9; ++x) {
            const int ways = (y >= 2 && y <= 6) ? (x >= 1 && x <= 5) + (x >= 3 && x <= 7) : 0;
            const double expected = runs * ways / 50.0;
            CHECK(hits[y * 9 + x] == doctest::Approx(expected).epsilon(0.15));
            seen += hits[y * 9 + x];
        }
    CHECK(seen == runs);
    std::vector<float> again(81);
    Philox one(Seed{3}, 0), same(Seed{3}, 0);
    CropAndFlip{}(std::span<const float>(image), extents, std::span(to), one);
    CropAndFlip{}(std::span<const float>(image), extents, std::span(again), same);
    CHECK(to == again);
}

TEST_CASE("without padding and mirroring the image is unchanged; wrong options and samples are refused") {
    const Extents extents{4, 4, 2};
    const auto image = counting(32);
    std::vector<float> to(32);
    Philox random(Seed{1}, 0);
    const auto apply = [&](const CropAndFlip& augment, const Extents& e) {
        augment(std::span<const float>(image), e, std::span(to), random);
    };
    for (int i = 0; i < 50; ++i) {
        apply({.padding = 0, .mirrored = 0}, extents);
        REQUIRE(to == image);
        apply({.padding = 0, .mirrored = 1}, extents);
        REQUIRE(to == slow_crop(image, extents, 0, {0, 0, true}));
    }
    CHECK_THROWS_AS(apply({}, Extents{32}), ArgumentError);
    CHECK_THROWS_AS(apply({.mirrored = 1.5}, extents), ArgumentError);
    CHECK_THROWS_AS(apply({.mirrored = -0.5}, extents), ArgumentError);
    CHECK_NOTHROW(CropAndFlip{}.check_extents(extents));
    CHECK_THROWS_AS(CropAndFlip{}.check_extents(Extents{32}), ArgumentError);
    CHECK_THROWS_AS(CropAndFlip{.mirrored = 2}.check_extents(extents), ArgumentError);
}

}  // namespace data_augmentation_test
