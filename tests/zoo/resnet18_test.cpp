#include <alrao/zoo/resnet18.hpp>

#include "../networks/one_step.hpp"

using namespace alrao;
using TenCopies = AveragedHead<SoftmaxClassifier<10>, 10>;

static_assert(zoo::ResNet18<>::parameter_count == 11'173'962);
static_assert(zoo::ResNet18<TenCopies>::parameter_count == 11'173'962 + 9 * 513 * 10);
static_assert(zoo::ResNet18<SoftmaxClassifier<10>, 3>::feature_count == 3 * zoo::ResNet18<>::feature_count);

TEST_CASE("ResNet18 learns") { networks::check_two_steps<zoo::ResNet18<TenCopies>::network>(); }
