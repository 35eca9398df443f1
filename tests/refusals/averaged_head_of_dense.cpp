// expect-error: AveragedHead<Classifier, N> needs a last layer, such as SoftmaxClassifier
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8>, AveragedHead<Dense<8>, 10>> {};
#else
struct Net : Network<Input<8>, AveragedHead<SoftmaxClassifier<8>, 10>> {};
#endif

static_assert(sizeof(Net) > 0);
