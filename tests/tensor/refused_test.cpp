#include <alrao/tensor/refused.hpp>

#include <doctest/doctest.h>

#include <type_traits>

namespace tensor_refused_test {

using namespace alrao;

namespace {

struct Taken {
    explicit Taken(int number) : value(number) {}
    template <class Number, meta::FixedString Why = "a number is whole">
        requires(detail::refused_by_argument && !std::is_same_v<Number, int>)
    explicit Taken(Number number) = delete;
    template <class Number>
        requires(detail::refused_by_attribute && !std::is_same_v<Number, int>)
    __attribute__((unavailable("a number is whole"))) explicit Taken(Number number);
    int value;
};

}  // namespace

TEST_CASE("std::is_constructible is false for a refused constructor and unchanged for others") {
    static_assert(std::is_constructible_v<Taken, int>);
    static_assert(!std::is_constructible_v<Taken, double>);
    static_assert(!std::is_constructible_v<Taken, const char*>);
    static_assert(std::is_copy_constructible_v<Taken>);
    static_assert(detail::refused_by_argument != detail::refused_by_attribute);
    CHECK(Taken(3).value == 3);
}

}  // namespace tensor_refused_test
