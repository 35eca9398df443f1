#include <alrao/io/tensor.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace io_tensor_test {

using namespace alrao;
using namespace alrao::io;

TEST_CASE("values are copied from unaligned addresses, and only as the type of the tensor") {
    std::array<std::byte, 17> storage{};
    const std::array<float, 4> numbers{1, -2, 0.5F, 3};
    std::memcpy(storage.data() + 1, numbers.data(), 16);
    const Tensor tensor{"w", DType::f32, {2, 2}, std::span(storage).subspan(1)};
    CHECK(tensor.elements() == 4);
    CHECK(tensor.values<float>() == std::vector<float>(numbers.begin(), numbers.end()));
    CHECK_THROWS_AS((void)tensor.values<double>(), ArgumentError);
    std::array<float, 3> few{};
    CHECK_THROWS_WITH_AS(
        tensor.copy_to(std::span<float>(few)),
        "alrao: tensor 'w' has 4 elements of type F32, but the program requests 3 of type F32",
        ArgumentError);
}

TEST_CASE("F16 and BF16 are read as float and as double, integers are not") {
    // At an odd address, because the bytes of a tensor may be unaligned.
    std::array<std::byte, 7> storage{};
    const std::array<std::uint16_t, 3> halves{0x3C00, 0x0001, 0xFBFF}, brains{0x3F80, 0x0001, 0xC049};
    std::memcpy(storage.data() + 1, halves.data(), 6);
    const auto bytes = std::span<const std::byte>(storage).subspan(1);
    const Tensor half{"w", DType::f16, {3}, bytes};
    CHECK(half.values<float>() == std::vector<float>{1, 0x1p-24F, -65504});
    CHECK(half.values<double>() == std::vector<double>{1, 0x1p-24, -65504});
    CHECK_THROWS_WITH_AS(
        (void)half.values<std::int32_t>(),
        "alrao: tensor 'w' has 3 elements of type F16, but the program requests 3 of type I32",
        ArgumentError);
    std::array<float, 2> few{};
    CHECK_THROWS_AS(half.copy_to(std::span<float>(few)), ArgumentError);

    std::memcpy(storage.data() + 1, brains.data(), 6);
    const Tensor brain{"w", DType::bf16, {3}, bytes};
    CHECK(brain.values<double>() == std::vector<double>{1, 0x1p-133, -3.140625});
    CHECK(brain.values<float>()[2] == -3.140625F);
    for (const DType dtype :
         {DType::i16, DType::u16, DType::i8, DType::u8, DType::f8_e4m3, DType::f8_e5m2, DType::boolean}) {
        const Tensor other{"w", dtype, {}, bytes};
        CHECK_THROWS_AS((void)other.values<float>(), ArgumentError);
        CHECK_THROWS_AS((void)other.values<double>(), ArgumentError);
    }
}

TEST_CASE("the size of a tensor is computed without overflow") {
    const std::size_t big = std::size_t{1} << 32;
    CHECK(tensor_bytes(DType::f32, {}) == 4);
    CHECK(tensor_bytes(DType::f64, std::vector<std::size_t>{3, 5}) == 120);
    CHECK(tensor_bytes(DType::u8, std::vector<std::size_t>{big, big - 1}) == big * (big - 1));
    CHECK_FALSE(tensor_bytes(DType::u8, std::vector<std::size_t>{big, big}));
    CHECK_FALSE(tensor_bytes(DType::f32, std::vector<std::size_t>{big, big / 4}));
    CHECK_FALSE(tensor_bytes(DType::f32, std::vector<std::size_t>{4194305, 4194305, 211106198978564}));
    CHECK_FALSE(tensor_bytes(DType::f32, std::vector<std::size_t>{big, 0, big}));
    CHECK(tensor_bytes(DType::f32, std::vector<std::size_t>{5, 0, 1000000000000}) == 0);
}

TEST_CASE("names with unprintable characters or '..' are refused") {
    for (const std::string& name : {std::string("3.weight"), std::string("a/b"), std::string("..."),
                                    std::string("..a"), std::string("\xC3\xA9"), std::string(512, 'x')}) {
        CHECK(name_problem(name).empty());
    }
    for (const std::string& name :
         {std::string(), std::string(513, 'x'), std::string("a\n"), std::string("\x1B"), std::string(1, '\0'),
          std::string("\x7F"), std::string(".."), std::string("../a"), std::string("a/../b"),
          std::string("a/.."), std::string("\xE2\x80\xAE"), std::string("\xC2\x85"), std::string("\xFF"),
          std::string("__metadata__")}) {
        CHECK_FALSE(name_problem(name).empty());
    }
    CHECK(shown(std::vector<std::size_t>{3, 64}) == "[3, 64]");
    CHECK(shown({}) == "[]");
}

}  // namespace io_tensor_test
