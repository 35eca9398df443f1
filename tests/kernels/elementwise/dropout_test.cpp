#include <alrao/kernels/elementwise/dropout.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace kernels_elementwise_dropout_test {

using namespace alrao;

TEST_CASE_TEMPLATE("whether an element is dropped depends on its number, not on threads or batch", T, float,
                   double) {
    const Philox random(Seed{5}, Stream::dropout, 3);
    const std::size_t count = 40'000;
    std::vector<T> x(count), y(count);
    for (std::size_t i = 0; i < count; ++i) x[i] = static_cast<T>(i + 1);
    Threads one(1);
    kernels::dropout<T>(x.data(), y.data(), count, 0, 0.3, random, one);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const bool stays = random.block(i / 4)[i % 4] >= static_cast<std::uint32_t>(0.3 * 0x1p32);
        kept += stays ? 1 : 0;
        REQUIRE(y[i] == (stays ? x[i] * static_cast<T>(1 / 0.7) : T{0}));
    }
    CHECK(std::abs(static_cast<double>(kept) - 28'000) < 4 * std::sqrt(40'000 * 0.21));
    for (const int threads : {2, 3}) {
        Threads team(threads);
        std::vector<T> again = x;  // in place
        kernels::dropout<T>(again.data(), again.data(), count, 0, 0.3, random, team);
        REQUIRE(again == y);
    }
    for (std::size_t first = 1; first < 70; ++first) {  // a part of the array
        std::vector<T> piece(first + 1, T(7));
        kernels::dropout<T>(x.data() + first, piece.data(), first, first, 0.3, random, one);
        for (std::size_t i = 0; i < first; ++i) REQUIRE(piece[i] == y[first + i]);
        REQUIRE(piece[first] == T(7));
    }
    std::vector<T> other(count);
    kernels::dropout<T>(x.data(), other.data(), count, 0, 0.3, Philox(Seed{5}, Stream::dropout, 4), one);
    CHECK(other != y);
}

TEST_CASE_TEMPLATE("probability 0 changes nothing; a NaN that is kept is NaN; probability 1 is refused", T,
                   float, double) {
    std::vector<T> x = {T(1), T(-2), std::numeric_limits<T>::quiet_NaN()}, y(3);
    Threads threads(1);
    const Philox random(Seed{1}, Stream::dropout);
    kernels::dropout<T>(x.data(), y.data(), 3, 0, 0, random, threads);
    CHECK(y[0] == T(1));
    CHECK(y[1] == T(-2));
    CHECK(std::isnan(y[2]));
    CHECK_THROWS_AS(kernels::dropout<T>(x.data(), y.data(), 3, 0, 1, random, threads), ArgumentError);
    CHECK_THROWS_AS(kernels::dropout<T>(x.data(), y.data(), 3, 0, -0.1, random, threads), ArgumentError);
}

}  // namespace kernels_elementwise_dropout_test
