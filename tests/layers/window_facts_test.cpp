#include <alrao/layers/window_facts.hpp>

#include <doctest/doctest.h>

namespace layers_window_facts_test {

using namespace alrao;

TEST_CASE("windows that do not fit are refused with a reason") {
    const auto why = [](const Window& window, const Shape& input) {
        return layers::window_refusal(window, input).reason;
    };
    constexpr Window window = window_of<Kernel<3, 5>>();
    CHECK(why(window, image(3, 5, 1)) == Reason::none);
    CHECK(why(window, features(15)) == Reason::needs_image_height_width_channels);
    CHECK(why(window, image(2, 5, 1)) == Reason::needs_window_within_padded_height);
    CHECK(why(window, image(3, 4, 1)) == Reason::needs_window_within_padded_width);
    CHECK(why(window_of<Kernel<2>, Padding<2, 0>>(), image(8, 8, 1)) == Reason::needs_padding_below_window);
    CHECK(why(window_of<Kernel<2>, Padding<0, 2>>(), image(8, 8, 1)) == Reason::needs_padding_below_window);
    CHECK(why(window_of<Kernel<3>, Padding<std::size_t{1} << 63>>(), image(8, 8, 1)) ==
          Reason::needs_padding_below_window);
    CHECK(layers::window_output(window, image(4, 9, 1), 7) == image(2, 5, 7));
}

}  // namespace layers_window_facts_test
