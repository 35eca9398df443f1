#include <alrao/learn/pruning_record.hpp>

#include "small_task.hpp"
#include <doctest/doctest.h>

namespace learn_pruning_record_test {

using namespace alrao;
using Record = PruningRecord<small::Mlp<float, 4>>;

TEST_CASE("events keep their order; restoring an earlier list removes later events") {
    Record record;
    CHECK(record.empty());
    record.add({.step = 3, .feature = 1});
    Record::Events before = record.events();
    record.add({.step = 3, .feature = 0});
    record.add({.step = 5, .feature = 2});
    REQUIRE(record.events().size() == 3);
    CHECK(record.events()[1].feature == 0);
    CHECK(record.events()[2].step == 5);
    record.restore(before);
    REQUIRE(record.events().size() == 1);
    CHECK(record.events()[0].feature == 1);
    CHECK_FALSE(record.empty());
}

}  // namespace learn_pruning_record_test
