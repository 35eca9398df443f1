// expect: at_layer<4, 1, 0>
// expect: described_by<alrao::Dense<8>
// expect: receives<alrao::shape<6, 6, 4>
// expect-error: put Flatten
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/flatten.hpp>
#include <alrao/layers/normalization.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8, 8, 1>, Conv2d<4, Kernel<3>>, BatchNorm, ReLU, ReLU,
                     Concat<Branch<Flatten, Dense<8>>, Branch<Dense<8>, ReLU>>> {};
#else
struct Net : Network<Input<8, 8, 1>, Conv2d<4, Kernel<3>>, BatchNorm, ReLU, ReLU,
                     Concat<Branch<Flatten, Dense<8>>, Branch<Flatten, Dense<8>, ReLU>>> {};
#endif

static_assert(sizeof(Net) > 0);
