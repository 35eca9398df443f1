// expect-error: it cannot change events
// type: Network
#include <alrao/alrao.hpp>

using namespace alrao;

struct Net : Model<Input<2>, Dense<4>, ReLU, SoftmaxClassifier<2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
void f(Net& net, const Dataset<float>& data) {
    fit(net, Adam{}, data, {}, [](EpochEnd&) {});
}
#else
void f(Net& net, const Dataset<float>& data) {
    fit(net, Adam{}, data, {}, [](const EpochEnd&) {});
}
#endif
