// expect: at_layer<1, 2, 1>
// expect: described_by<alrao::Dense<3>
// expect: needs_flat_input_use_Flatten
// expect-error: put Flatten
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/flatten.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<4, 4, 2>, ReLU, Residual<Flatten, Dense<3>, Shortcut<ReLU, Dense<3>>>> {};
#else
struct Net : Network<Input<4, 4, 2>, ReLU, Residual<Flatten, Dense<3>, Shortcut<Flatten, Dense<3>>>> {};
#endif

static_assert(sizeof(Net) > 0);
