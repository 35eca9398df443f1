#include <alrao/io/detail/dtype.hpp>

#include <doctest/doctest.h>

#include <cstdint>

namespace io_detail_dtype_test {

using namespace alrao::io;

static_assert(size_of(DType::f64) == 8 && size_of(DType::i32) == 4 && size_of(DType::bf16) == 2);
static_assert(size_of(dtype_of<float>) == sizeof(float) && dtype_of<std::uint8_t> == DType::u8);

TEST_CASE("dtype_named is the inverse of name_of") {
    for (std::size_t i = 0; i < alrao::io::detail::dtype_facts.size(); ++i) {
        const auto dtype = static_cast<DType>(i);
        CHECK(dtype_named(name_of(dtype)) == dtype);
    }
    CHECK(name_of(DType::boolean) == "BOOL");
    CHECK(name_of(DType::f16) == "F16");
    CHECK(name_of(DType::f32) == "F32");
    CHECK(name_of(DType::i64) == "I64");
    CHECK(name_of(DType::f64) == "F64");
    for (const char* name : {"", "f32", "F4", "C64", "F33", "F32 "}) {
        CHECK_FALSE(dtype_named(name));
    }
}

}  // namespace io_detail_dtype_test
