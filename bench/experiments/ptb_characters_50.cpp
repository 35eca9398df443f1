#include "ptb_run.hpp"

namespace experiments {

static_assert(TextNet<50, SoftmaxClassifier<50>>::parameter_count == 171'650);
static_assert(TextNet<50, AveragedHead<SoftmaxClassifier<50>, 6>>::parameter_count == 196'900);

constinit const TextNetwork characters_50 = text_network<50>;

}  // namespace experiments
