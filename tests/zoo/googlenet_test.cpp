#include <alrao/zoo/googlenet.hpp>

#include "../networks/one_step.hpp"

using namespace alrao;
using TenCopies = AveragedHead<SoftmaxClassifier<10>, 10>;

static_assert(zoo::GoogLeNet<>::parameter_count == 6'166'250);
static_assert(zoo::GoogLeNet<TenCopies>::parameter_count == 6'258'500);
static_assert(zoo::GoogLeNet<SoftmaxClassifier<100>>::parameter_count == 6'166'250 + 90 * 1025);
// Three times the channels: nine times the weights, except those that read the input or feed the
// head; three times the biases and normalisations. The trunk has 7,280 channels in total.
static_assert(zoo::GoogLeNet<SoftmaxClassifier<10>, 3>::parameter_count ==
              9 * (6'166'250 - 10'250 - 3 * zoo::GoogLeNet<>::feature_count / 2 - 27 * 192) +
                  9 * zoo::GoogLeNet<>::feature_count / 2 + 3 * 27 * 192 + 10 * (3 * 1024 + 1));

// Branches write into the joined output: no join copies a byte in forward, backward or prediction.
template <class Planned>
constexpr bool copies_nothing() {
    for (const auto& wire : Planned::layout.wiring)
        if (wire.copies_value || wire.copies_gradient) return false;
    return true;
}
static_assert(copies_nothing<zoo::GoogLeNet<>::network::Training>());
static_assert(copies_nothing<zoo::GoogLeNet<>::network::Prediction>());

TEST_CASE("GoogLeNet learns") { networks::check_two_steps<zoo::GoogLeNet<TenCopies>::network>(); }
