#include <alrao/check/detail/same_bits.hpp>

#include <doctest/doctest.h>

#include <limits>

namespace check_detail_same_bits_test {

using namespace alrao;

TEST_CASE("bits are compared, not values") {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    CHECK(check::same_bits(nan, nan));
    CHECK(check::same_bits(1.5, 1.5));
    CHECK_FALSE(check::same_bits(0.0, -0.0));
    CHECK_FALSE(check::same_bits(1.0F, nan));
}

}  // namespace check_detail_same_bits_test
