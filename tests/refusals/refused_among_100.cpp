// expect: at_layer<97>
// expect: described_by<alrao::Dense<66>
// expect: needs_flat_input_use_Flatten, 1, 3>
// expect-error: put Flatten
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/flatten.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/normalization.hpp>

using namespace alrao;

#ifdef MUST_FAIL
using Odd = BatchNorm;
#else
using Odd = Flatten;
#endif

struct Net : Network<Input<28, 28, 1>,
#include "ninety_six_layers.inc"
                     , Odd, Dense<66>, ReLU, SoftmaxClassifier<10>> {
};

static_assert(sizeof(Net) > 0);
