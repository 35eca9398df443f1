// expect: at_layer<1>
// expect: the_sum_of_a_Residual
// expect: needs_only_one_branch_without_layers>
// expect-error: two branches without layers
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/dense.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8>, Dense<3>, Residual<>> {};
#else
struct Net : Network<Input<8>, Dense<3>, Residual<ReLU>> {};
#endif

static_assert(sizeof(Net) > 0);
