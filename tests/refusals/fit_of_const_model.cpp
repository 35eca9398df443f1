// expect-error: fit changes the model, and this one is const
// type: Network
#include <alrao/alrao.hpp>

using namespace alrao;

struct Net : Model<Input<2>, Dense<4>, ReLU, SoftmaxClassifier<2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
using Given = const Net;
#else
using Given = Net;
#endif

void f(Given& net, const Dataset<float>& data) { fit(net, Adam{}, data, {.epochs = 3}); }
