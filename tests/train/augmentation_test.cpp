#include <alrao/train/augmentation.hpp>

#include <doctest/doctest.h>

#include <array>
#include <span>
#include <type_traits>
#include <vector>

namespace train_augmentation_test {

using namespace alrao;

namespace {
struct Negative {
    void operator()(std::span<const float> from, const Extents&, std::span<float> to, Philox&) const {
        for (std::size_t i = 0; i < from.size(); ++i) to[i] = -from[i];
    }
};
struct Counting {
    int calls = 0;
    void operator()(std::span<const float>, const Extents&, std::span<float>, Philox&) { ++calls; }
};
}  // namespace

static_assert(Augmentation<Negative, float>);
static_assert(!Augmentation<Negative, double>);
static_assert(!Augmentation<Counting, float>);  // it would keep state between calls
static_assert(!Augmentation<int, float>);
static_assert(std::is_convertible_v<Negative, AnyAugmentation<float>>);
static_assert(!std::is_convertible_v<int, AnyAugmentation<float>>);
static_assert(std::is_copy_constructible_v<AnyAugmentation<float>>);

TEST_CASE("AnyAugmentation holds a function, or none") {
    CHECK_FALSE(AnyAugmentation<float>());
    const AnyAugmentation<float> negative = Negative{};
    const AnyAugmentation<float> augment = negative;
    REQUIRE(augment);
    const std::array<float, 2> from{1, 2};
    std::array<float, 2> to{};
    augment(from, Extents{2}, to, Philox(Seed{1}, 0));
    CHECK(to == std::array<float, 2>{-1, -2});
    const AnyAugmentation<float> noisy = [](auto in, const Extents& extents, auto out, Philox& random) {
        CHECK(extents == Extents{2});
        for (std::size_t i = 0; i < in.size(); ++i) out[i] = static_cast<float>(random.uniform());
    };
    noisy(from, Extents{2}, to, Philox(Seed{1}, 0));
    Philox same(Seed{1}, 0);
    CHECK(to[0] == static_cast<float>(same.uniform()));
    CHECK(to[1] == static_cast<float>(same.uniform()));
}

TEST_CASE("an augmentation can refuse samples in check_extents") {
    struct Square {
        void operator()(std::span<const float>, const Extents&, std::span<float>, Philox&) const {}
        void check_extents(const Extents& extents) const {
            if (extents[0] != extents[1]) fail("not square");
        }
    };
    const AnyAugmentation<float> square = Square{}, none{};
    CHECK_NOTHROW(square.check_extents(Extents{2, 2}));
    CHECK_THROWS_WITH_AS(square.check_extents(Extents{2, 3}), "not square", ArgumentError);
    CHECK_NOTHROW(none.check_extents(Extents{2, 3}));
}

TEST_CASE("each sample has its own random numbers in each epoch, always the same") {
    std::vector<std::uint64_t> first;
    for (const std::uint64_t seed : {1U, 2U})
        for (const std::uint64_t epoch : {0U, 1U, 70U})
            for (const std::size_t place : {0U, 1U, 49'999U}) {
                first.push_back(augmentation_numbers(Seed{seed}, epoch, place).bits());
                CHECK(augmentation_numbers(Seed{seed}, epoch, place).bits() == first.back());
            }
    for (std::size_t i = 0; i < first.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) CHECK(first[i] != first[j]);
    CHECK(augmentation_numbers(Seed{1}, 3, 0).bits() == Philox(Seed{1}, Stream::augmentation, 3).bits());
    CHECK_THROWS_AS((void)augmentation_numbers(Seed{1}, 0, std::size_t{1} << 40), ArgumentError);
}

}  // namespace train_augmentation_test
