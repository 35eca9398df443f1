#include <alrao/ops/detail/live_copies.hpp>

#include <doctest/doctest.h>

#include <utility>
#include <vector>

namespace ops_detail_live_copies_test {

using namespace alrao;

TEST_CASE("all copies form one run, including the padding") {
    const LiveCopies<5> live(nullptr);
    REQUIRE(live.all());
    REQUIRE(live.end() - live.begin() == 1);
    CHECK(live.begin()->count == 5);
    CHECK(live.stride(3) == 16);
    CHECK(live.width(*live.begin(), 3) == 16);
    const std::uint64_t none[5] = {};
    CHECK(LiveCopies<5>(none).all());
}

TEST_CASE(
    "for every pattern of retired copies, runs are maximal and contain each computed copy once, in order") {
    constexpr std::size_t count = 6;
    for (unsigned pattern = 0; pattern < (1U << count); ++pattern) {
        std::uint64_t retired[count];
        std::vector<std::pair<std::size_t, std::size_t>> expected, got;
        for (std::size_t j = 0; j < count; ++j) {
            retired[j] = (pattern >> j) & 1U;
            if (retired[j] == 0) expected.emplace_back(j, expected.size());
        }
        const LiveCopies<count> live(retired);
        live.for_each([&](std::size_t copy, std::size_t place) { got.emplace_back(copy, place); });
        CHECK(got == expected);
        CHECK(live.count() == expected.size());
        for (const CopyRun* run = live.begin(); run < live.end() - 1; ++run)
            CHECK(run[0].first + run[0].count < run[1].first);
        if (!live.all())
            for (const CopyRun& run : live) CHECK(live.width(run, 7) == 7 * run.count);
    }
}

}  // namespace ops_detail_live_copies_test
