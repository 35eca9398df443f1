#include <alrao/tensor/refused.hpp>

#include <doctest/doctest.h>

#include <type_traits>

namespace {

struct Taken {
    explicit Taken(int number) : value(number) {}
    ALRAO_REFUSED("a number is whole", (class Number),
                  requires(!std::is_same_v<Number, int>) explicit Taken(Number number));
    int value;
};

}  // namespace

TEST_CASE("what is refused in words is not found by those who only ask, and leaves others as they are") {
    static_assert(std::is_constructible_v<Taken, int>);
    static_assert(!std::is_constructible_v<Taken, double>);
    static_assert(!std::is_constructible_v<Taken, const char*>);
    static_assert(std::is_copy_constructible_v<Taken>);
    CHECK(Taken(3).value == 3);
}
