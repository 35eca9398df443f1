#include <alrao/tensor/denormals.hpp>
#include <alrao/tensor/threads.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <limits>

namespace tensor_denormals_test {

using namespace alrao;

namespace {

constexpr float smallest = std::numeric_limits<float>::min();

/// smallest / 2, computed at run time.
float half() {
    const volatile float x = smallest;
    return x * 0.5F;
}

}  // namespace

TEST_CASE("denormal results are 0 while an object flushes them, and as before afterwards") {
    const DenormalMode before = DenormalMode::current();
    CHECK(half() > 0);
    {
        const FlushDenormals outer;
        CHECK(half() == 0);
        {
            const FlushDenormals inner;
            CHECK(half() == 0);
        }
        CHECK(half() == 0);
    }
    CHECK(half() > 0);
    CHECK(DenormalMode::current() == before);
}

TEST_CASE("all threads treat denormal numbers as the caller of run does") {
    Threads threads(3);
    for (int round = 0; round < 50; ++round) {
        std::array<float, 3> found{};
        const auto compute = [&](int thread) { found[static_cast<std::size_t>(thread)] = half(); };
        {
            const FlushDenormals flush;
            threads.run(compute);
        }
        CHECK(found == std::array<float, 3>{});
        threads.run(compute);
        for (const float value : found) CHECK(value > 0);
    }
}

}  // namespace tensor_denormals_test
