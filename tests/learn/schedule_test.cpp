#include <alrao/learn/schedule.hpp>

#include "nonfinite.hpp"
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace learn_schedule_test {

using namespace alrao;

TEST_CASE("each law returns the values of its formula") {
    const Schedule constant;
    CHECK(constant(0) == 1);
    CHECK(constant(1'000'000'000'000) == 1);

    const Schedule linear = schedule::Linear{.steps = 10, .final = 0.2};
    CHECK(linear(0) == 1);
    CHECK(linear(5) == doctest::Approx(0.6).epsilon(1e-15));
    CHECK(linear(10) == 0.2);
    CHECK(linear(11) == 0.2);

    const Schedule cosine = schedule::Cosine{.steps = 8, .final = 0.1};
    CHECK(cosine(0) == 1);
    CHECK(cosine(2) == doctest::Approx(0.1 + 0.9 * (1 + std::sqrt(0.5)) / 2).epsilon(1e-14));
    CHECK(cosine(4) == doctest::Approx(0.55).epsilon(1e-14));
    CHECK(cosine(8) == 0.1);
    CHECK(cosine(1000) == 0.1);

    const Schedule step = schedule::Step{.every = 3, .factor = 0.5};
    CHECK(step(0) == 1);
    CHECK(step(2) == 1);
    CHECK(step(3) == 0.5);
    CHECK(step(9) == 0.125);

    const Schedule inverse = schedule::InverseSqrt{.scale = 100};
    CHECK(inverse(0) == 1);
    CHECK(inverse(300) == 0.5);
}

TEST_CASE("a warm-up increases to 1, then the next schedule begins at its step 0") {
    const Schedule alone = schedule::WarmUp{.steps = 4};
    CHECK(alone(0) == 0.25);
    CHECK(alone(3) == 1);
    CHECK(alone(4) == 1);
    CHECK(alone(99) == 1);

    const Schedule then = schedule::WarmUp{.steps = 4, .then = schedule::Linear{.steps = 10}};
    CHECK(then(1) == 0.5);
    CHECK(then(4) == 1);
    CHECK(then(9) == 0.5);
    CHECK(then(14) == 0);
    CHECK(Schedule(schedule::WarmUp{.then = schedule::Step{.every = 1, .factor = 0.5}})(2) == 0.25);
}

TEST_CASE("WarmUpHoldDecay rises, is 1, and decreases to 0 at the end") {
    const Schedule law = schedule::WarmUpHoldDecay{.warm_up = 0.1, .decay = 0.5, .steps = 40};
    CHECK(law(0) == 0.25);
    CHECK(law(3) == 1);
    CHECK(law(20) == 1);
    CHECK(law(30) == doctest::Approx(0.5).epsilon(1e-15));
    CHECK(law(40) == 0);
    CHECK(law(1000) == 0);
    CHECK(Schedule(schedule::WarmUpHoldDecay{.warm_up = 0}).over(10)(0) == 1);
    CHECK_THROWS_AS(Schedule(schedule::WarmUpHoldDecay{.warm_up = 1.5}), ArgumentError);
    CHECK_THROWS_AS(Schedule(schedule::WarmUpHoldDecay{.decay = 0}), ArgumentError);
}

TEST_CASE("an open length becomes that of the fit minus the warm-up; a given length does not change") {
    CHECK(Schedule(schedule::Linear{}).over(20)(10) == 0.5);
    CHECK(Schedule(schedule::Linear{.steps = 5}).over(20)(5) == 0);
    const Schedule warm = schedule::WarmUp{.steps = 4, .then = schedule::Cosine{}};
    CHECK(warm.over(14)(9) == doctest::Approx(0.5).epsilon(1e-14));
    CHECK(warm.over(14)(14) == 0);
    CHECK(warm.over(3)(2) == 0.75);
    CHECK(Schedule(schedule::Step{}).over(7) == Schedule(schedule::Step{}));
    CHECK_THROWS_WITH_AS(static_cast<void>(Schedule(schedule::Linear{})(0)),
                         doctest::Contains("length is open"), ArgumentError);
}

TEST_CASE("factors are in [0, 1] and do not increase after the warm-up") {
    const Schedule all[] = {schedule::Linear{.steps = 100, .final = 0.01},
                            schedule::Cosine{.steps = 100, .final = 0.01},
                            schedule::Step{.every = 7, .factor = 0.7},
                            schedule::InverseSqrt{.scale = 3},
                            schedule::Constant{},
                            schedule::WarmUpHoldDecay{.warm_up = 0, .steps = 100}};
    for (const Schedule& law : all) {
        for (std::uint64_t step = 0; step < 200; ++step) {
            CHECK(law(step) >= 0);
            CHECK(law(step) <= 1);
            CHECK(law(step + 1) <= law(step));
        }
    }
}

TEST_CASE("schedules are values and are validated by the constructor") {
    CHECK(Schedule(schedule::Linear{.steps = 3}) == Schedule(schedule::Linear{.steps = 3}));
    CHECK(Schedule(schedule::Linear{.steps = 3}) != Schedule(schedule::Cosine{.steps = 3}));
    CHECK_THROWS_AS(Schedule(schedule::Linear{.steps = 3, .final = -0.1}), ArgumentError);
    CHECK_THROWS_AS(Schedule(schedule::Cosine{.steps = 3, .final = 1.5}), ArgumentError);
    CHECK_THROWS_AS(Schedule(schedule::Step{.every = 0}), ArgumentError);
    CHECK_THROWS_AS(Schedule(schedule::Step{.every = 3, .factor = not_a_number<double>}), ArgumentError);
    CHECK_THROWS_AS(Schedule(schedule::InverseSqrt{.scale = 0}), ArgumentError);
    CHECK_THROWS_AS(Schedule(schedule::WarmUp{.steps = 3, .then = schedule::Linear{.steps = 3, .final = 2}}),
                    ArgumentError);
}

}  // namespace learn_schedule_test
