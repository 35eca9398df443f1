#include <alrao/tensor/transpose.hpp>

#include <doctest/doctest.h>

#include <array>
#include <vector>

namespace tensor_transpose_test {

namespace {

template <class Arch, class T>
void check_block() {
    constexpr std::size_t width = alrao::register_width<T, Arch>;
    constexpr std::size_t columns = 2 * width + 3, target_stride = width + 5;
    std::vector<T> source(width * columns);
    for (std::size_t i = 0; i < source.size(); ++i) source[i] = static_cast<T>(i + 1);
    std::array<const T*, width> rows{};
    for (std::size_t i = 0; i < width; ++i) rows[i] = source.data() + i * columns;
    std::vector<T> target(width * target_stride, T{-1});
    alrao::transpose_block<Arch>(rows.data(), 3, target.data(), target_stride);
    for (std::size_t j = 0; j < width; ++j) {
        for (std::size_t i = 0; i < target_stride; ++i) {
            const T expected = i < width ? source[i * columns + 3 + j] : T{-1};
            CHECK(target[j * target_stride + i] == expected);
        }
    }
}

}  // namespace

TEST_CASE("a block is transposed, and memory around it is not written") {
    check_block<alrao::DefaultArch, float>();
    check_block<alrao::DefaultArch, double>();
    check_block<xsimd::sse2, float>();
    check_block<xsimd::sse2, double>();
}

}  // namespace tensor_transpose_test
