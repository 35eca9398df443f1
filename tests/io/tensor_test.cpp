#include <alrao/io/tensor.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

using namespace alrao;
using namespace alrao::io;

TEST_CASE("values are copied from any address, as their own type only") {
    std::array<std::byte, 17> storage{};
    const std::array<float, 4> numbers{1, -2, 0.5F, 3};
    std::memcpy(storage.data() + 1, numbers.data(), 16);
    const Tensor tensor{"w", DType::f32, {2, 2}, std::span(storage).subspan(1)};
    CHECK(tensor.elements() == 4);
    CHECK(tensor.values<float>() == std::vector<float>(numbers.begin(), numbers.end()));
    CHECK_THROWS_AS((void)tensor.values<double>(), ArgumentError);
    std::array<float, 3> few{};
    CHECK_THROWS_WITH_AS(tensor.copy_to(std::span<float>(few)),
                         "alrao: tensor 'w' has 4 elements of type F32, asked for 3 of type F32",
                         ArgumentError);
}

TEST_CASE("the bytes of a tensor are counted without overflow") {
    const std::size_t big = std::size_t{1} << 32;
    CHECK(tensor_bytes(DType::f32, {}) == 4);
    CHECK(tensor_bytes(DType::f64, std::vector<std::size_t>{3, 5}) == 120);
    CHECK(tensor_bytes(DType::u8, std::vector<std::size_t>{big, big - 1}) == big * (big - 1));
    CHECK_FALSE(tensor_bytes(DType::u8, std::vector<std::size_t>{big, big}));
    CHECK_FALSE(tensor_bytes(DType::f32, std::vector<std::size_t>{big, big / 4}));
    CHECK_FALSE(
        tensor_bytes(DType::f32, std::vector<std::size_t>{4194305, 4194305, 211106198978564}));
    CHECK_FALSE(tensor_bytes(DType::f32, std::vector<std::size_t>{big, 0, big}));
    CHECK(tensor_bytes(DType::f32, std::vector<std::size_t>{5, 0, 1000000000000}) == 0);
}

TEST_CASE("names that cannot be printed or that lead upwards are refused") {
    for (const std::string& name :
         {std::string("3.weight"), std::string("a/b"), std::string("..."), std::string("..a"),
          std::string("\xC3\xA9"), std::string(512, 'x')}) {
        CHECK(name_problem(name).empty());
    }
    for (const std::string& name :
         {std::string(), std::string(513, 'x'), std::string("a\n"), std::string("\x1B"),
          std::string(1, '\0'), std::string("\x7F"), std::string(".."), std::string("../a"),
          std::string("a/../b"), std::string("a/.."), std::string("\xE2\x80\xAE"),
          std::string("\xC2\x85"), std::string("\xFF"), std::string("__metadata__")}) {
        CHECK_FALSE(name_problem(name).empty());
    }
    CHECK(shown(std::vector<std::size_t>{3, 64}) == "[3, 64]");
    CHECK(shown({}) == "[]");
}
