// expect-error: SoftmaxClassifier<Classes> needs at least two classes
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/heads.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8>, SoftmaxClassifier<1>> {};
#else
struct Net : Network<Input<8>, SoftmaxClassifier<2>> {};
#endif

static_assert(sizeof(Net) > 0);
