#include <alrao/meta/fixed_string.hpp>

#include <doctest/doctest.h>

namespace meta_fixed_string_test {

namespace {
template <alrao::meta::FixedString Text>
struct Named {
    static constexpr std::string_view name = Text.view();
};
}  // namespace

TEST_CASE("a string literal can be a template argument") {
    static_assert(Named<"weight">::name == "weight");
    static_assert(Named<"">::name.empty());
    static_assert(!std::is_same_v<Named<"weight">, Named<"bias">>);
    CHECK(Named<"bias">::name == "bias");
}

}  // namespace meta_fixed_string_test
