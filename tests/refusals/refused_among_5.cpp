// expect: at_layer<2>
// expect: described_by<alrao::Dense<65>
// expect: needs_flat_input_use_Flatten, 1, 3>
// expect-error: put Flatten
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/flatten.hpp>
#include <alrao/layers/heads.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<28, 28, 1>, Conv2d<8, Kernel<3>>, ReLU, Dense<65>, ReLU, SoftmaxClassifier<10>> {};
#else
struct Net
    : Network<Input<28, 28, 1>, Conv2d<8, Kernel<3>>, Flatten, Dense<65>, ReLU, SoftmaxClassifier<10>> {};
#endif

static_assert(sizeof(Net) > 0);
