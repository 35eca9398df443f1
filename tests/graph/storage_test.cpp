#include <alrao/graph/storage.hpp>

#include <doctest/doctest.h>

namespace graph_storage_test {

using namespace alrao::graph;

TEST_CASE("a storage is in use from the first call that touches it to the last") {
    Storage storage{.pixels = 6, .channels = 4};
    CHECK(!storage.used());
    CHECK(storage.size() == 24);
    storage.touch(5);
    CHECK((storage.first == 5 && storage.last == 5));
    storage.touch(2);
    storage.touch(3);
    CHECK(storage.used());
    CHECK((storage.first == 2 && storage.last == 5));
}

TEST_CASE("a new leaf has neither values nor memory") {
    constexpr Wiring wire;
    static_assert(wire.input == nothing && wire.output == nothing && wire.fork == nothing);
    for (const auto& zones : {wire.saved, wire.forward_scratch, wire.backward_scratch})
        CHECK((zones.per_token == nothing && zones.per_sample == nothing && zones.fixed == nothing));
    CHECK(!Value{}.has_gradient());
}

}  // namespace graph_storage_test
