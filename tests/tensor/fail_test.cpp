#include <alrao/tensor/fail.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <type_traits>

namespace tensor_fail_test {

using namespace alrao;

namespace {

struct Located : Error {
    Located(const std::string& what, int the_place) : Error(what), place(the_place) {}
    int place;
};

}  // namespace

static_assert(std::is_base_of_v<std::runtime_error, Error>);
static_assert(std::is_base_of_v<Error, ArgumentError>);

TEST_CASE("fail throws an ArgumentError by default") {
    CHECK_THROWS_WITH_AS(fail("a batch of 0"), "a batch of 0", ArgumentError);
    CHECK_THROWS_AS(fail<Error>("of another kind"), Error);
}

TEST_CASE("fail constructs the given exception type from its arguments") {
    bool caught = false;
    try {
        fail<Located>("here", 7);
    } catch (const Located& failure) {
        CHECK(failure.place == 7);
        CHECK(std::string(failure.what()) == "here");
        caught = true;
    }
    CHECK(caught);
}

}  // namespace tensor_fail_test
