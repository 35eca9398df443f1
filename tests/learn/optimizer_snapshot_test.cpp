#include <alrao/learn/optimizer_snapshot.hpp>

#include <doctest/doctest.h>

#include <utility>

namespace learn_optimizer_snapshot_test {

using namespace alrao;

TEST_CASE("an unused snapshot has no place; copies are independent") {
    OptimizerSnapshot<float> state;
    CHECK(state.steps == 0);
    CHECK_FALSE(state.place.known());
    CHECK(state.carried.size() == 0);
    state.place = {.epoch = 2, .samples = 3, .order = {.samples = 8}};
    state.carried = AlignedBuffer<float>(5);
    const OptimizerSnapshot<float> copy = state;
    state.carried.data()[0] = 1;
    state.place.leave_epoch();
    CHECK(copy.carried.data()[0] == 0);
    CHECK(copy.place.epoch == 2);
    CHECK(state.place.epoch == 3);
}

}  // namespace learn_optimizer_snapshot_test
