#include <alrao/ops/live_copies.hpp>

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace alrao;

TEST_CASE("all copies are one run, padding included") {
    const LiveCopies<5> live(nullptr);
    REQUIRE(live.all());
    REQUIRE(live.runs().size() == 1);
    CHECK(live.runs()[0].count == 5);
    CHECK(live.stride(3) == 16);
    CHECK(live.width(live.runs()[0], 3) == 16);
    const std::uint8_t none[5] = {};
    CHECK(LiveCopies<5>(none).all());
}

TEST_CASE("every pattern: runs are as long as can be, and name each live copy once, in order") {
    constexpr std::size_t copies = 6;
    for (unsigned pattern = 0; pattern < (1U << copies); ++pattern) {
        std::uint8_t retired[copies];
        std::vector<std::pair<std::size_t, std::size_t>> expected, got;
        for (std::size_t j = 0; j < copies; ++j) {
            retired[j] = static_cast<std::uint8_t>((pattern >> j) & 1U);
            if (retired[j] == 0) expected.emplace_back(j, expected.size());
        }
        const LiveCopies<copies> live(retired);
        live.for_each([&](std::size_t copy, std::size_t place) { got.emplace_back(copy, place); });
        CHECK(got == expected);
        CHECK(live.count() == expected.size());
        for (std::size_t r = 1; r < live.runs().size(); ++r)
            CHECK(live.runs()[r - 1].first + live.runs()[r - 1].count < live.runs()[r].first);
        if (!live.all())
            for (const CopyRun& run : live.runs()) CHECK(live.width(run, 7) == 7 * run.count);
    }
}
