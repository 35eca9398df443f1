#include <alrao/train/callbacks/timer_stop.hpp>

#include "console.hpp"

#include <doctest/doctest.h>

#include <limits>

namespace train_callbacks_timer_stop_test {

using namespace alrao;

namespace {
struct Stops {
    TimerStop timer;
    std::size_t steps = 0;
    void step_end(const StepEnd& event) { steps += timer.step_end(event) ? 1U : 0U; }
};
}  // namespace

TEST_CASE("the fit stops after the step that exceeds the time") {
    Stops stops{TimerStop{6}};  // steps end at 1, 2, ..., 8 seconds
    console::play(stops);
    CHECK(stops.steps == 3);
}

TEST_CASE("invalid times are refused before the first step") {
    const TimerStop negative{-1}, none{std::numeric_limits<double>::quiet_NaN()}, good{0};
    CHECK_THROWS_AS(console::play(negative), ArgumentError);
    CHECK_THROWS_AS(console::play(none), ArgumentError);
    CHECK_NOTHROW(console::play(good));
}

}  // namespace train_callbacks_timer_stop_test
