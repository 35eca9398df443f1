// expect-error: made for another type of network
// type: Network
#include <alrao/alrao.hpp>

using namespace alrao;

struct Net : Model<Input<2>, Dense<4>, ReLU, AveragedHead<SoftmaxClassifier<2>, 3>> {
    using Model::Model;
};
struct Other : Model<Input<3>, AveragedHead<SoftmaxClassifier<2>, 3>> {
    using Model::Model;
};

#ifdef MUST_FAIL
using Given = AlraoOptimizer<Other>;
#else
using Given = AlraoOptimizer<Net>;
#endif

void f(Net& net, Given& optimizer, const Dataset<float>& data) { fit(net, optimizer, data); }
