#include <alrao/io/detail/half.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace io_detail_half_test {

using namespace alrao;

namespace {

/// The value of sign, exponent and fraction according to IEEE 754; not defined for NaN.
double by_arithmetic(unsigned bits, int exponent_bits) {
    const int fraction_bits = 15 - exponent_bits;
    const int largest = (1 << exponent_bits) - 1, bias = largest / 2;
    const int exponent = static_cast<int>(bits >> fraction_bits) & largest;
    const double fraction = bits % (1u << fraction_bits), one = std::ldexp(1.0, fraction_bits);
    const double size = exponent == largest ? (fraction > 0 ? std::numeric_limits<double>::quiet_NaN()
                                                            : std::numeric_limits<double>::infinity())
                        : exponent == 0     ? std::ldexp(fraction, 1 - bias - fraction_bits)
                                            : std::ldexp(one + fraction, exponent - bias - fraction_bits);
    return (bits & 0x8000u) != 0 ? -size : size;
}

template <class T>
bool same_number(T got, double expected) {
    if (std::isnan(expected)) return std::isnan(got);
    return static_cast<double>(got) == expected && std::signbit(got) == std::signbit(expected);
}

}  // namespace

TEST_CASE("all 65,536 bit patterns of F16 and BF16 are converted exactly to float and double") {
    unsigned wrong = 0, numbers = 0;
    for (unsigned pattern = 0; pattern < 65536; ++pattern) {
        const auto bits = static_cast<std::uint16_t>(pattern);
        const double half = by_arithmetic(pattern, 5), brain = by_arithmetic(pattern, 8);
        numbers += std::isnan(half) ? 0u : 1u;
        wrong += same_number(io::from_f16<float>(bits), half) ? 0u : 1u;
        wrong += same_number(io::from_f16<double>(bits), half) ? 0u : 1u;
        wrong += same_number(io::from_bf16<float>(bits), brain) ? 0u : 1u;
        wrong += same_number(io::from_bf16<double>(bits), brain) ? 0u : 1u;
        wrong += std::bit_cast<std::uint32_t>(io::from_bf16<float>(bits)) == pattern << 16 ? 0u : 1u;
    }
    CHECK(wrong == 0);
    CHECK(numbers == 65536 - 2 * 1023);
}

TEST_CASE("known numbers of F16 and BF16") {
    CHECK(io::from_f16<float>(0x3C00) == 1);
    CHECK(io::from_f16<float>(0xC000) == -2);
    CHECK(io::from_f16<float>(0x7BFF) == 65504);
    CHECK(io::from_f16<double>(0x0001) == 0x1p-24);
    CHECK(io::from_f16<double>(0x03FF) == 0x3FFp-24);
    CHECK(io::from_f16<float>(0x3555) == 0.333251953125F);
    CHECK(std::isinf(io::from_f16<float>(0x7C00)));
    CHECK(std::isnan(io::from_f16<double>(0x7C01)));
    CHECK(std::signbit(io::from_f16<float>(0x8000)));
    CHECK(io::from_bf16<float>(0x3F80) == 1);
    CHECK(io::from_bf16<double>(0x0001) == 0x1p-133);
    CHECK(io::from_bf16<float>(0x4049) == 3.140625F);
    // The payload of a NaN is kept, and whether it is signaling.
    CHECK(std::bit_cast<std::uint32_t>(io::from_f16<float>(0xFE01)) == 0xFFC02000u);
    static_assert(io::from_f16<float>(0x3800) == 0.5F && io::from_bf16<double>(0xBF00) == -0.5);
}

}  // namespace io_detail_half_test
