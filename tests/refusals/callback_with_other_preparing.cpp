// expect-error: preparing of a callback must be public and take const Preparing&
// type: Network
#include <alrao/alrao.hpp>

using namespace alrao;

struct Net : Model<Input<2>, Dense<4>, ReLU, SoftmaxClassifier<2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
using Event = Preparing&;
#else
using Event = const Preparing&;
#endif

struct Watch {
    void preparing(Event) {}
};
void f(Net& net, const Dataset<float>& data) {
    Watch watch;
    fit(net, Adam{}, data, {}, watch, [](const EpochEnd&) {});
}
