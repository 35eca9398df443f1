// expect: at_layer<0, 2>
// expect: receives<alrao::shape<1>
// expect: needs_branches_of_equal_height_and_width, 8, 8, 1>
// expect-error: differ in height or width
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/layers/pool2d.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8, 8, 1>, Concat<Branch<>, ReLU, GlobalAveragePool2d>> {};
#else
struct Net : Network<Input<8, 8, 1>, Concat<Branch<>, ReLU, BatchNorm>> {};
#endif

static_assert(sizeof(Net) > 0);
