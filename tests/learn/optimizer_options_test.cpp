#include <alrao/learn/optimizer_options.hpp>

#include <doctest/doctest.h>

namespace learn_optimizer_options_test {

using namespace alrao;

TEST_CASE("the default options are those of the paper's experiments") {
    const OptimizerOptions options;
    CHECK_FALSE(options.schedule.has_value());
    CHECK(!options.averaging);
    CHECK(options.rate_groups == RateGroups::per_feature);
    CHECK_FALSE(options.clip_norm.has_value());
    CHECK_FALSE(options.retirement.has_value());
    CHECK_FALSE(options.guard.has_value());
}

TEST_CASE("policies and schedules are assigned by value") {
    static_assert(std::is_constructible_v<Schedule, schedule::Cosine>);
    static_assert(std::is_constructible_v<Schedule, schedule::WarmUp>);
    static_assert(std::is_constructible_v<Averaging, FixedShare>);
    CHECK(Averaging{FixedShare{0.5}} == Averaging{FixedShare{0.5}});
}

}  // namespace learn_optimizer_options_test
