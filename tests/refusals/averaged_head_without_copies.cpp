// expect-error: AveragedHead<Classifier, N> needs at least one copy
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/heads.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8>, AveragedHead<SoftmaxClassifier<8>, 0>> {};
#else
struct Net : Network<Input<8>, AveragedHead<SoftmaxClassifier<8>, 1>> {};
#endif

static_assert(sizeof(Net) > 0);
