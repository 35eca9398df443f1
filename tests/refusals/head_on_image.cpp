// expect: at_layer<1>
// expect: described_by<alrao::SoftmaxClassifier<10>
// expect: receives<alrao::shape<13, 13, 1>
// expect: needs_flat_input_use_Flatten, 1, 3>
// expect-error: put Flatten
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/flatten.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/pool2d.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<26, 26, 1>, MaxPool2d<2, Stride<2>>, SoftmaxClassifier<10>> {};
#else
struct Net : Network<Input<26, 26, 1>, MaxPool2d<2, Stride<2>>, Flatten, SoftmaxClassifier<10>> {};
#endif

static_assert(sizeof(Net) > 0);
