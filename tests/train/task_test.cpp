#include <alrao/train/task.hpp>

#include "toy.hpp"

#include <doctest/doctest.h>

namespace train_task_test {

using namespace alrao;

TEST_CASE("the task of a network is that of its last layer, also in an AveragedHead") {
    static_assert(task_of<toy::Averaged> == Task::classification);
    static_assert(task_of<toy::Plain> == Task::classification);
    static_assert(task_of<toy::Regression> == Task::regression);
    static_assert(AveragedHead<GaussianRegressor<3>, 4>::task == Task::regression);
    CHECK(task_of<toy::Regression> == GaussianRegressor<>::task);
}

}  // namespace train_task_test
