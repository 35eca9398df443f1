#include <alrao/tensor/message.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

namespace tensor_message_test {

using namespace alrao;

static_assert(std::is_trivially_copyable_v<Piece> && std::is_trivially_destructible_v<Piece>);

TEST_CASE("a message is the concatenation of its pieces") {
    const std::string name = "fc1";
    CHECK(message_of({}).empty());
    CHECK(message_of({"layer ", name, std::string_view(" of it", 3), "!"}) == "layer fc1 of!");
    CHECK(message_of({"", "a piece without text is nothing"}) == "a piece without text is nothing");
}

TEST_CASE("numbers are written without loss") {
    CHECK(message_of({std::size_t{0}, " to ", std::numeric_limits<std::uint64_t>::max()}) ==
          "0 to 18446744073709551615");
    CHECK(message_of({-1, " and ", std::numeric_limits<std::int64_t>::min()}) ==
          "-1 and -9223372036854775808");
    CHECK(message_of({0.1, " ", 1e-45, " ", 0.5f}) == "0.1 1e-45 0.5");
    CHECK(message_of({std::numeric_limits<double>::infinity(), " ",
                      std::numeric_limits<double>::quiet_NaN()}) == "inf nan");
}

}  // namespace tensor_message_test
