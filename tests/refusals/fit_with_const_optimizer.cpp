// expect-error: fit changes the optimizer
// type: Network
#include <alrao/alrao.hpp>

using namespace alrao;

struct Net : Model<Input<2>, Dense<4>, ReLU, AveragedHead<SoftmaxClassifier<2>, 3>> {
    using Model::Model;
};

#ifdef MUST_FAIL
using Given = const AlraoOptimizer<Net>;
#else
using Given = AlraoOptimizer<Net>;
#endif

void f(Net& net, Given& optimizer, const Dataset<float>& data) { fit(net, optimizer, data); }
