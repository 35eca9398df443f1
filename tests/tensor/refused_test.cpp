#include <alrao/tensor/refused.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <type_traits>

namespace {

/// Takes int, and says why not long. What the compiler prints is in tests/refusals.
struct Takes {
    explicit Takes(int) {}
    ALRAO_REFUSED("a sentence", (class Number), requires(std::same_as<Number, long>)
                  explicit Takes(Number));
};

}  // namespace

TEST_CASE("a refused overload takes nothing away from those beside it") {
    CHECK(std::is_constructible_v<Takes, int>);
    CHECK_FALSE(std::is_constructible_v<Takes, void*>);
#if !defined(__clang__)  // for clang it is there, and its use is the error
    CHECK_FALSE(std::is_constructible_v<Takes, long>);
#endif
}
