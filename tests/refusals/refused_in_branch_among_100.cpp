// expect: at_layer<96, 1, 0>
// expect: described_by<alrao::Dense<67>
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
using Odd = Concat<Branch<>, Branch<Dense<67>>>;
#else
using Odd = Concat<Branch<>, Branch<ReLU>>;
#endif

struct Net : Network<Input<28, 28, 1>,
#include "ninety_six_layers.inc"
                     , Odd, Flatten, ReLU, SoftmaxClassifier<10>> {
};

static_assert(sizeof(Net) > 0);
