// expect: at_layer<0>
// expect: the_sum_of_a_Residual
// expect: receives<alrao::shape<8>
// expect: needs_shortcut_of_the_same_shape, 12>
// expect-error: a Residual adds
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/dense.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8>, Residual<Dense<12>, ReLU>> {};
#else
struct Net : Network<Input<8>, Residual<Dense<8>, ReLU>> {};
#endif

static_assert(sizeof(Net) > 0);
