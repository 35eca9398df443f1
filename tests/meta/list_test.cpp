#include <alrao/meta/list.hpp>

#include <doctest/doctest.h>

namespace meta_list_test {

using namespace alrao::meta;

namespace {
template <int I>
struct Tag {};
using ThreeTags = List<Tag<0>, Tag<1>, Tag<2>>;
}  // namespace

TEST_CASE("lists are concatenated in order") {
    static_assert(std::is_same_v<concatenate<>, List<>>);
    static_assert(std::is_same_v<concatenate<List<Tag<0>>, List<>, List<Tag<1>, Tag<2>>>, ThreeTags>);
    using L = List<Tag<0>>;
    using Many = concatenate<L, ThreeTags, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, ThreeTags>;
    static_assert(Many::size == 22);
    static_assert(std::is_same_v<at<1, Many>, Tag<0>> && std::is_same_v<at<2, Many>, Tag<1>>);
    static_assert(std::is_same_v<at<21, Many>, Tag<2>>);
    CHECK(Many::size == 22);
}

TEST_CASE("a list is repeated") {
    static_assert(std::is_same_v<repeat<0, ThreeTags>, List<>>);
    static_assert(std::is_same_v<repeat<1, ThreeTags>, ThreeTags>);
    static_assert(std::is_same_v<repeat<2, ThreeTags>, concatenate<ThreeTags, ThreeTags>>);
    static_assert(repeat<1000, List<Tag<0>>>::size == 1000);
    static_assert(std::is_same_v<at<13, repeat<7, ThreeTags>>, Tag<1>>);
    CHECK(repeat<333, ThreeTags>::size == 999);
}

}  // namespace meta_list_test
