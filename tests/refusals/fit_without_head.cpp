// expect-error: a network is trained by the loss of its last layer
#include <alrao/alrao.hpp>

using namespace alrao;

#ifdef MUST_FAIL
using Last = Dense<2>;
#else
using Last = SoftmaxClassifier<2>;
#endif

struct Net : Model<Input<2>, Dense<4>, ReLU, Last> {
    using Model::Model;
};
void f(Net& net, const Dataset<float>& data) { fit(net, Adam{}, data); }
