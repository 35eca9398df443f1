#include <alrao/learn/schedule_progress.hpp>

#include <alrao/tensor/fail.hpp>

#include <doctest/doctest.h>

namespace learn_schedule_progress_test {

using namespace alrao;

TEST_CASE("the factor is that of the current step") {
    ScheduleProgress progress;
    progress.begin(schedule::Step{.every = 2, .factor = 0.5});
    for (const double factor : {1.0, 1.0, 0.5, 0.5, 0.25}) {
        CHECK(progress.factor() == factor);
        progress.advance();
    }
    CHECK(progress.step() == 5);
    progress.go_to(2);
    CHECK(progress.factor() == 0.5);
}

TEST_CASE("a new schedule begins at its step 0; an open length ends after the given steps") {
    ScheduleProgress progress;
    CHECK(progress.factor() == 1);
    progress.advance();
    progress.begin(schedule::Linear{});
    CHECK(progress.step() == 0);
    CHECK_THROWS_AS((void)progress.factor(), ArgumentError);
    progress.close(4);
    progress.advance();
    CHECK(progress.factor() == 0.75);
    progress.close(100);  // its length is already known
    CHECK(progress.factor() == 0.75);
    ScheduleProgress later;
    later.begin(schedule::Linear{});
    later.go_to(3);
    later.close(3);  // ends at step 6
    CHECK(later.factor() == 0.5);
}

}  // namespace learn_schedule_progress_test
