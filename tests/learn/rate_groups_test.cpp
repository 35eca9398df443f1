#include <alrao/learn/rate_groups.hpp>

#include <doctest/doctest.h>

namespace learn_rate_groups_test {

TEST_CASE("the value-initialised RateGroups is the paper's grouping by features") {
    static_assert(alrao::RateGroups{} == alrao::RateGroups::per_feature);
    CHECK(alrao::RateGroups::official != alrao::RateGroups::per_weight);
}

}  // namespace learn_rate_groups_test
