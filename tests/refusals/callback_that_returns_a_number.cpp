// expect-error: a callback must return nothing or bool
// type: Network
#include <alrao/alrao.hpp>

using namespace alrao;

struct Net : Model<Input<2>, Dense<4>, ReLU, SoftmaxClassifier<2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
using Answer = int;
#else
using Answer = bool;
#endif

struct Watch {
    Answer step_end(const StepEnd&) { return 1; }
};
void f(Net& net, const Dataset<float>& data) { fit(net, Adam{}, data, {}, Watch{}); }
