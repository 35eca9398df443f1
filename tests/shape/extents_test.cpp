#include <alrao/shape/extents.hpp>

#include <doctest/doctest.h>

namespace shape_extents_test {

using namespace alrao;

TEST_CASE("size and product multiply extents") {
    constexpr Extents extents{3, 4, 5};
    static_assert(extents.rank == 3 && extents.size() == 60);
    static_assert(extents.product(1, 3) == 20 && extents.product(2, 2) == 1);
    static_assert(Extents{}.size() == 1);
    static_assert(Extents{3, 4} != Extents{3, 4, 1});
    CHECK(extents[1] == 4);
}

TEST_CASE("products that would overflow are saturated") {
    constexpr std::size_t big = std::size_t{1} << 40;
    static_assert(Extents{big, big, big}.size() == saturated);
    static_assert(Extents{big, 0, big}.size() == 0);
    static_assert(saturating_multiply(saturated, 1) == saturated);
    CHECK(saturating_multiply(big, 2) == 2 * big);
}

TEST_CASE("rounding up") {
    static_assert(rounded_up(0, 16) == 0 && rounded_up(1, 16) == 16 && rounded_up(16, 16) == 16);
    static_assert(at_least_one(0) == 1 && at_least_one(7) == 7);
    CHECK(rounded_up(17, 16) == 32);
}

}  // namespace shape_extents_test
