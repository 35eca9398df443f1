#include <alrao/tensor/philox.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

namespace tensor_philox_test {

using namespace alrao;

namespace {

using Words = std::array<std::uint32_t, 4>;

constexpr Seed golden{0x0123456789ABCDEF};

/// Kolmogorov-Smirnov statistic: largest distance between empirical and given distribution, times sqrt(n).
template <class Distribution>
double kolmogorov(std::vector<double> draws, Distribution distribution) {
    std::sort(draws.begin(), draws.end());
    const auto n = static_cast<double>(draws.size());
    double worst = 0;
    for (std::size_t i = 0; i < draws.size(); ++i) {
        const double expected = distribution(draws[i]);
        worst = std::max(
            {worst, expected - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - expected});
    }
    return worst * std::sqrt(n);
}

constexpr double kolmogorov_at_one_in_a_thousand = 1.95;

}  // namespace

TEST_CASE("Philox4x32-10 gives the known answers of Random123, at compile time too") {
    constexpr std::uint32_t ones = 0xFFFFFFFF;
    static_assert(philox4x32_10({0, 0, 0, 0}, {0, 0}) ==
                  Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    CHECK(philox4x32_10({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    CHECK(philox4x32_10({ones, ones, ones, ones}, {ones, ones}) ==
          Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    CHECK(philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
          Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a block's counter is (index, stream) and its key the seed") {
    const Philox pi{Seed{0x299f31d0a4093822}, 0x0370734413198a2e};
    CHECK(pi.block(0x85a308d3243f6a88) == Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
    CHECK(pi.word_at(0) == ((std::uint64_t{pi.block(0)[1]} << 32) | pi.block(0)[0]));
    CHECK(pi.word_at(7) == ((std::uint64_t{pi.block(3)[3]} << 32) | pi.block(3)[2]));
}

TEST_CASE("golden values of an independent implementation (tests/tools/philox_golden.py)") {
    Philox epoch{golden, Stream::shuffle, 0};
    std::array<int, 10> order{};
    std::iota(order.begin(), order.end(), 0);
    epoch.shuffle(std::span<int>(order));
    CHECK(order == std::array{4, 5, 3, 9, 8, 7, 6, 0, 2, 1});

    Philox rates{golden, Stream::rates, 7};
    for (const double expected : {0x1.c012e7f36c971p-1, 0x1.f25845da8fc40p-7, 0x1.9f5b0d254eb4fp-1,
                                  0x1.0e560afdcc970p-5, 0x1.3e0b74c4b4349p-1}) {
        CHECK(rates.uniform() == expected);
    }

    // The C library's log and cos may differ in the last place.
    Philox initial{golden, Stream::initialization};
    for (const double expected : {0.7305051718306044, 0.42804584089732045, -1.2749396451540678,
                                  -0.31926490718402456, 0.25993498019316197}) {
        CHECK(initial.normal() == doctest::Approx(expected).epsilon(1e-14));
    }

    Philox raw{golden, 5};
    for (const std::uint64_t expected : {8690198837006036242u, 7560319998807634244u, 5911136868476782873u,
                                         11654499009316973404u, 7098490356916767184u, 6329184291800091432u}) {
        CHECK(raw.below(std::uint64_t{3} << 62) == expected);
    }
    CHECK(raw.position() == 8);
}

TEST_CASE("random access gives what the cursor gives") {
    Philox cursor{Seed{3}, Stream::dropout, 2};
    const Philox fixed = cursor;
    for (std::uint64_t i = 0; i < 1000; ++i) CHECK(cursor.bits() == fixed.word_at(i));
    CHECK(cursor.position() == 1000);
    CHECK(cursor != fixed);

    Philox far = fixed;
    far.seek(1000);
    CHECK(far == cursor);
    CHECK(far.normal() == cursor.normal());
    CHECK(cursor.position() == 1002);
}

TEST_CASE("different seeds, streams and substreams give different numbers") {
    std::vector<std::uint64_t> first;
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
        for (const auto stream : {Stream::initialization, Stream::rates, Stream::shuffle, Stream::split,
                                  Stream::dropout, Stream::augmentation}) {
            for (std::uint64_t sub = 0; sub < 50; ++sub) {
                first.push_back(Philox{Seed{seed}, stream, sub}.bits());
            }
        }
    }
    std::sort(first.begin(), first.end());
    CHECK(std::adjacent_find(first.begin(), first.end()) == first.end());
    CHECK_THROWS_AS(Philox(Seed{1}, Stream::rates, std::uint64_t{1} << 48), ArgumentError);
}

TEST_CASE("uniform draws are uniform and never 0 or 1") {
    Philox random{Seed{1}, 0};
    std::vector<double> draws(1'000'000);
    int even = 0;
    for (double& draw : draws) {
        draw = random.uniform();
        if (std::fmod(draw * 0x1p53, 2) != 1) ++even;
    }
    CHECK(even == 0);  // odd multiples of 2^-53: the distance to 0 and to 1 is never 0
    const auto [low, high] = std::minmax_element(draws.begin(), draws.end());
    CHECK(*low > 0);
    CHECK(*high < 1);
    CHECK(kolmogorov(std::move(draws), [](double u) { return u; }) < kolmogorov_at_one_in_a_thousand);
}

TEST_CASE("normal draws are normal and uncorrelated") {
    Philox random{Seed{1}, 0};
    std::vector<double> draws(500'000);
    for (double& draw : draws) draw = random.normal();
    double product = 0;
    for (std::size_t i = 1; i < draws.size(); ++i) product += draws[i] * draws[i - 1];
    CHECK(std::abs(product) / std::sqrt(static_cast<double>(draws.size())) < 3.3);
    CHECK(kolmogorov(std::move(draws), [](double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }) <
          kolmogorov_at_one_in_a_thousand);
}

TEST_CASE("below is uniform on its range and refuses an empty range") {
    Philox random{Seed{2}, 0};
    std::array<int, 7> seen{};
    for (int i = 0; i < 70'000; ++i) ++seen[static_cast<std::size_t>(random.below(7))];
    double chi_squared = 0;
    for (const int count : seen) chi_squared += (count - 10'000.0) * (count - 10'000.0) / 10'000.0;
    CHECK(chi_squared < 22.5);  // one in a thousand at 6 degrees of freedom
    CHECK(random.below(1) == 0);
    CHECK_THROWS_AS(random.below(0), ArgumentError);
}

TEST_CASE("all orders of four items are equally likely") {
    Philox random{Seed{4}, 0};
    std::array<int, 256> seen{};
    for (int i = 0; i < 48'000; ++i) {
        std::array<unsigned, 4> order{0, 1, 2, 3};
        random.shuffle(std::span<unsigned>(order));
        ++seen[order[0] + 4 * order[1] + 16 * order[2] + 64 * order[3]];
    }
    double chi_squared = 0;
    int orders = 0;
    for (const int count : seen) {
        if (count == 0) continue;
        ++orders;
        chi_squared += (count - 2'000.0) * (count - 2'000.0) / 2'000.0;
    }
    CHECK(orders == 24);
    CHECK(chi_squared < 49.7);  // one in a thousand at 23 degrees of freedom
}

TEST_CASE("shuffle of fewer than two items consumes no random numbers") {
    Philox random{Seed{4}, 0};
    std::array<int, 1> one{5};
    random.shuffle(std::span<int>());
    random.shuffle(std::span<int>(one));
    CHECK(one[0] == 5);
    CHECK(random.position() == 0);
}

}  // namespace tensor_philox_test
