#include <alrao/learn/guard.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace learn_guard_test {

using namespace alrao;

TEST_CASE("the scale of a layer is the median, so a few features do not affect it") {
    const float inf = std::numeric_limits<float>::infinity();
    std::vector<float> outputs{4, 1e30F, 2, inf, 3, std::nanf(""), 5};
    CHECK(guard::scale<float>(outputs) == 5);
    CHECK(guard::scale<float>({}) == 0);
}

TEST_CASE(
    "limits are a multiple of the scale, at least `at_least`, and at most so large that squares are "
    "finite") {
    const Guard guard{.threshold = 30, .at_least = 1000};
    CHECK(guard::limit(100, guard) == 3000);
    CHECK(guard::limit(1e-6, guard) == 1000);
    CHECK(guard::limit(0, guard) == 1000);
    CHECK(guard::limit(1e18, guard) == guard::largest_output);
    const double inf = std::numeric_limits<double>::infinity();
    CHECK(guard::limit(2, Guard{.threshold = inf}) == std::numeric_limits<double>::max());
}

TEST_CASE("a guard refuses invalid thresholds and chances") {
    CHECK_NOTHROW(Guard{}.validate());
    CHECK_NOTHROW(Guard{.threshold = std::numeric_limits<double>::infinity()}.validate());
    for (const double bad : {1.0, 0.0, -5.0, std::nan("")}) {
        CHECK_THROWS_AS(Guard{.threshold = bad}.validate(), ArgumentError);
    }
    for (const double bad : {-1.0, std::nan("")}) {
        CHECK_THROWS_AS(Guard{.at_least = bad}.validate(), ArgumentError);
    }
    for (const double bad : {1.0, -0.1, std::nan("")}) {
        CHECK_THROWS_AS(Guard{.chance = bad}.validate(), ArgumentError);
    }
}

}  // namespace learn_guard_test
