// expect-error: fit_end of a callback must be public and take const FitEnd&
// type: Network
#include <alrao/alrao.hpp>

using namespace alrao;

struct Net : Model<Input<2>, Dense<4>, ReLU, SoftmaxClassifier<2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
using Event = EpochEnd;
#else
using Event = FitEnd;
#endif

struct Watch {
    void fit_end(const Event&) {}
};
void f(Net& net, const Dataset<float>& data) { fit(net, Adam{}, data, {}, Watch{}); }
