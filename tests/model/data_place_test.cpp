#include <alrao/model/data_place.hpp>

#include <doctest/doctest.h>

namespace model_data_place_test {

using namespace alrao;

TEST_CASE("a position is within an epoch or at the beginning of the next one") {
    DataPlace place{.order = {.samples = 10}};
    CHECK(place.known());
    CHECK_FALSE(DataPlace{}.known());
    place.go_to(4);
    CHECK(place == DataPlace{.samples = 4, .order = {.samples = 10}});
    place.go_to(10);
    CHECK(place == DataPlace{.epoch = 1, .order = {.samples = 10}});
    place.leave_epoch();  // no epoch was begun
    CHECK(place.epoch == 1);
    place.go_to(9);
    place.leave_epoch();
    CHECK(place.epoch == 2);
    CHECK(place.samples == 0);
}

TEST_CASE("orders with different samples, streams or seed differ") {
    const SampleOrder order{.samples = 10, .seed = 3, .shuffled = true};
    CHECK(order == SampleOrder{.samples = 10, .seed = 3, .shuffled = true});
    CHECK(order != SampleOrder{.samples = 11, .seed = 3, .shuffled = true});
    CHECK(order != SampleOrder{.samples = 10, .seed = 4, .shuffled = true});
    CHECK(order != SampleOrder{.samples = 10, .streams = 2, .seed = 3, .shuffled = true});
    CHECK(order != SampleOrder{.samples = 10, .seed = 3});
}

}  // namespace model_data_place_test
