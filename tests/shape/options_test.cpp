#include <alrao/shape/options.hpp>

#include <doctest/doctest.h>

namespace shape_options_test {

using namespace alrao;

TEST_CASE("one argument applies to both directions") {
    static_assert(std::is_same_v<Kernel<3>, Kernel<3, 3>> && !std::is_same_v<Kernel<3>, Kernel<3, 1>>);
    static_assert(std::is_same_v<Stride<2>, Stride<2, 2>> && std::is_same_v<Padding<1>, Padding<1, 1>>);
    CHECK(std::is_same_v<Dilation<2>, Dilation<2, 2>>);
}

TEST_CASE("each option is recognised by its trait") {
    static_assert(is_kernel<Kernel<3>> && !is_kernel<Stride<3>> && is_stride<Stride<3>>);
    static_assert(is_padding<Padding<0>> && is_dilation<Dilation<1>> && is_groups<Groups<4>>);
    static_assert(!is_groups<NoBias> && is_percent<Percent<5>> && !is_percent<Kernel<5>>);
    CHECK(percent_value<Percent<20>> == doctest::Approx(0.2));
    CHECK(percent_value<Kernel<20>> == 0);
}

}  // namespace shape_options_test
