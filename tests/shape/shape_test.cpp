#include <alrao/shape/shape.hpp>

#include <doctest/doctest.h>

namespace shape_shape_test {

using namespace alrao;

TEST_CASE("channels is the last extent, pixels the product of the others") {
    constexpr Shape picture = image(28, 20, 3);
    static_assert(picture.channels() == 3 && picture.pixels() == 560 && picture.size() == 1680);
    static_assert(picture.rank() == 3 && picture[0] == 28 && !picture.per_token);
    constexpr Shape flat = features(12);
    static_assert(flat.channels() == 12 && flat.pixels() == 1 && flat.rank() == 1);
    static_assert(features(12) != features(12, true));
    CHECK(Shape{}.size() == 1);
}

}  // namespace shape_shape_test
