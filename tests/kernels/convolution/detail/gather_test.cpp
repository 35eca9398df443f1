#include <alrao/kernels/convolution/detail/gather.hpp>
#include <alrao/shape/window.hpp>
#include <alrao/tensor/simd.hpp>
#include <alrao/tensor/threads.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <vector>

namespace kernels_convolution_detail_gather_test {

using namespace alrao;
using namespace alrao::kernels::detail;

namespace {

/// Compares all gathered cells and taps with `at`; the elements beyond the columns must not be written.
template <class Arch>
void check(const WindowAxis& axis, std::size_t channels, std::size_t gap) {
    constexpr std::size_t images = 2, height = 5, width = 7;
    constexpr float guard = -1;
    std::vector<float> x(images * height * width * (channels + gap)), zeros(channels);
    std::iota(x.begin(), x.end(), 1.0F);
    const GatheredPixels<float> a{{images, forward_axis(axis, height, axis.output(height)),
                                   forward_axis(axis, width, axis.output(width))},
                                  {x.data(), channels + gap},
                                  channels,
                                  zeros.data()};
    const std::size_t cells = a.grid.cells(), stride = a.columns() + 3;
    REQUIRE(cells > 4);
    for (const Range range : {Range{0, cells}, Range{3, cells - 1}, Range{2, 2}}) {
        std::vector<float> gathered(cells * stride, guard);
        gather_cells<Arch>(a, range, stride, gathered.data());
        for (std::size_t i = 0; i < range.size(); ++i) {
            const float* row = gathered.data() + i * stride;
            for (std::size_t tap = 0; tap < a.grid.taps(); ++tap, row += channels)
                CHECK(std::equal(row, row + channels, a.at(a.grid.cell(range.begin + i), tap)));
            CHECK(std::all_of(row, row + 3, [](float v) { return v == guard; }));
        }
    }
}

}  // namespace

TEST_CASE("gathered cells contain the pixels that their taps read, including padding") {
    for (const std::size_t channels : std::array<std::size_t, 4>{1, 3, 16, 21}) {
        for (const std::size_t gap : std::array<std::size_t, 2>{0, 2}) {
            for (const WindowAxis& axis :
                 {WindowAxis{.kernel = 3, .stride = 1, .padding = 1, .dilation = 1},
                  WindowAxis{.kernel = 3, .stride = 2, .padding = 2, .dilation = 1},
                  WindowAxis{.kernel = 5, .stride = 1, .padding = 4, .dilation = 1},
                  WindowAxis{.kernel = 2, .stride = 1, .padding = 1, .dilation = 3}}) {
                check<DefaultArch>(axis, channels, gap);
                check<xsimd::sse2>(axis, channels, gap);
            }
        }
    }
}

}  // namespace kernels_convolution_detail_gather_test
