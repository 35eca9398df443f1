#include <alrao/data/idx_content.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <vector>

namespace data_idx_content_test {

using namespace alrao;
using data::IdxType;

static_assert(data::size_of(data::idx_type_of<std::uint8_t>) == 1);
static_assert(data::size_of(data::idx_type_of<std::int16_t>) == 2);
static_assert(data::size_of(data::idx_type_of<double>) == sizeof(double));
static_assert(data::size_of(IdxType{7}) == 0);
static_assert(data::name_of(IdxType::f32) == "float" && data::name_of(IdxType{0}) == "unknown");

TEST_CASE("elements are returned only in the type of the file, and have an offset in it") {
    const std::vector<std::int32_t> numbers{3, -4, 5, -6};
    data::Idx idx{.type = IdxType::i32, .extents = {2, 2}, .bytes = std::vector<std::byte>(16)};
    std::memcpy(idx.bytes.data(), numbers.data(), 16);
    CHECK(idx.elements() == 4);
    CHECK(idx.values<std::int32_t>() == numbers);
    CHECK_THROWS_AS((void)idx.values<float>(), ArgumentError);
    CHECK(idx.offset_of(0) == 12);  // magic and two extents
    CHECK(idx.offset_of(3) == 24);
}

}  // namespace data_idx_content_test
