#include <alrao/zoo/vgg.hpp>

#include "../networks/one_step.hpp"

using namespace alrao;
using TenCopies = AveragedHead<SoftmaxClassifier<10>, 10>;

static_assert(zoo::VGG19<>::parameter_count == 20'040'522);
static_assert(zoo::VGG19<TenCopies>::parameter_count == 20'086'692);
// A convolution from c to d channels has 9 c d + d parameters, and its BatchNorm 2 d.
static_assert(zoo::SmallVGG<>::parameter_count ==
              9 * (3 * 64 + 64 * 64 + 64 * 128 + 128 * 128 + 128 * 256 + 256 * 256) +
                  3 * (2 * 64 + 2 * 128 + 2 * 256) + (4 * 4 * 256 + 1) * 10);
static_assert(zoo::SmallVGG<SoftmaxClassifier<10>, 3>::parameter_count ==
              9 * (3 * 192 + 9 * (64 * 64 + 64 * 128 + 128 * 128 + 128 * 256 + 256 * 256)) +
                  9 * (2 * 64 + 2 * 128 + 2 * 256) + (4 * 4 * 768 + 1) * 10);

namespace {
struct Mine : zoo::SmallVGG<TenCopies, 2> {
    using SmallVGG::SmallVGG;
};
}  // namespace
static_assert(Mine::parameter_count ==
              zoo::SmallVGG<SoftmaxClassifier<10>, 2>::parameter_count + 9 * (4 * 4 * 512 + 1) * 10);
static_assert(zoo::VGG19<SoftmaxClassifier<10>, 3>::feature_count == 3 * zoo::VGG19<>::feature_count);

TEST_CASE("VGG19 learns") { networks::check_two_steps<zoo::VGG19<TenCopies>::network>(); }
TEST_CASE("a user's network derived from SmallVGG, twice as wide, learns") {
    networks::check_two_steps<Mine::network>();
}
