#include <alrao/train/task.hpp>

#include "toy.hpp"

#include <doctest/doctest.h>

using namespace alrao;

namespace {
struct OwnHead {
    static constexpr Task task = Task::regression;
};
}  // namespace

TEST_CASE("the task of a network is that of its last layer, in copies or not") {
    static_assert(task_of<toy::Averaged> == Task::classification);
    static_assert(task_of<toy::Plain> == Task::classification);
    static_assert(task_of<toy::Regression> == Task::regression);
    static_assert(HeadTask<AveragedHead<GaussianRegressor<3>, 4>>::value == Task::regression);
    CHECK(HeadTask<OwnHead>::value == Task::regression);
}
