#include <alrao/shape/window.hpp>

#include <doctest/doctest.h>

namespace shape_window_test {

using namespace alrao;

TEST_CASE("options describe a window in any order") {
    constexpr Window one = window_of<Kernel<3, 5>, Stride<2>, Padding<1, 2>, Groups<4>, NoBias>();
    constexpr Window other = window_of<NoBias, Groups<4>, Padding<1, 2>, Kernel<3, 5>, Stride<2>>();
    static_assert(one.vertical == other.vertical && one.horizontal == other.horizontal);
    static_assert(one.vertical.kernel == 3 && one.horizontal.kernel == 5 && one.horizontal.padding == 2);
    static_assert(one.groups == 4 && !one.bias && one.stride_given && !window_of<Kernel<3>>().stride_given);
    static_assert(each_option_once<Kernel<3>, Stride<2>> && !each_option_once<Kernel<3>, Kernel<2>>);
    CHECK(window_of<>().bias);
    constexpr std::size_t huge = std::size_t{1} << 63;
    static_assert(!WindowAxis{.kernel = 3, .dilation = huge}.fits(8));
    static_assert(!WindowAxis{.kernel = 3, .padding = huge}.fits(8));
}

TEST_CASE("output equals the counted number of window positions") {
    for (std::size_t input = 1; input < 12; ++input)
        for (std::size_t kernel = 1; kernel < 5; ++kernel)
            for (std::size_t stride = 1; stride < 4; ++stride)
                for (std::size_t padding = 0; padding < 3; ++padding)
                    for (std::size_t dilation = 1; dilation < 3; ++dilation) {
                        const WindowAxis axis{kernel, stride, padding, dilation};
                        std::size_t places = 0;
                        for (std::size_t at = 0; at + (kernel - 1) * dilation < input + 2 * padding;
                             at += stride)
                            ++places;
                        CHECK(axis.fits(input) == (places > 0));
                        if (places > 0) CHECK(axis.output(input) == places);
                    }
}

}  // namespace shape_window_test
