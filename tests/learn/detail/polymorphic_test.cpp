#include <alrao/learn/detail/polymorphic.hpp>

#include <doctest/doctest.h>

namespace learn_detail_polymorphic_test {

namespace {
struct Interface {
    virtual ~Interface() = default;
    [[nodiscard]] virtual const Interface* clone() const = 0;
    [[nodiscard]] virtual int number() const = 0;
};
int alive = 0;
struct Number final : Interface {
    explicit Number(int n) : value(n) { ++alive; }
    Number(const Number& other) : Interface(other), value(other.value) { ++alive; }
    Number& operator=(const Number&) = delete;
    ~Number() override { --alive; }
    [[nodiscard]] const Interface* clone() const override { return new Number(*this); }
    [[nodiscard]] int number() const override { return value; }
    int value;
};
}  // namespace

TEST_CASE("each copy owns an object, and each object is destroyed once") {
    {
        alrao::detail::Polymorphic<Interface> one(new Number(1)), other(new Number(2));
        const auto copy = one;
        one = other;
        CHECK(one->number() == 2);
        CHECK(copy->number() == 1);
        one = *&one;
        CHECK((*one).number() == 2);
        CHECK(alive == 3);
    }
    CHECK(alive == 0);
}

TEST_CASE("an object that is owned once is destroyed with its owner") {
    {
        const alrao::detail::Owned<Interface> one(new Number(3));
        CHECK(one->number() == 3);
        CHECK(alive == 1);
    }
    CHECK(alive == 0);
}

}  // namespace learn_detail_polymorphic_test
