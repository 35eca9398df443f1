// expect: at_layer<1, 0>
// expect: described_by<alrao::AveragedHead<alrao::SoftmaxClassifier<10>, 5>
// expect: needs_to_stand_outside_branches>
// expect-error: must not be inside a Residual
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8>, Dense<8>, Concat<AveragedHead<SoftmaxClassifier<10>, 5>>> {};
#else
struct Net : Network<Input<8>, Dense<8>, AveragedHead<SoftmaxClassifier<10>, 5>> {};
#endif

static_assert(sizeof(Net) > 0);
