#include <alrao/meta/type_name.hpp>

#include <doctest/doctest.h>

namespace alrao {
struct Plain {};
template <int I>
struct Numbered {};
}  // namespace alrao
namespace elsewhere {
struct Own {};
}  // namespace elsewhere

TEST_CASE("type_name is the name without the library's namespace") {
    CHECK(alrao::meta::type_name<alrao::Plain>() == "Plain");
    CHECK(alrao::meta::type_name<alrao::Numbered<12>>() == "Numbered<12>");
    CHECK(alrao::meta::type_name<elsewhere::Own>() == "elsewhere::Own");
    CHECK(alrao::meta::type_name<int>() == "int");
}
