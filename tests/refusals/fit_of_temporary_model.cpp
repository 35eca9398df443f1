// expect-error: this one is temporary
// type: Network
#include <alrao/alrao.hpp>

using namespace alrao;

struct Net : Model<Input<2>, Dense<4>, ReLU, SoftmaxClassifier<2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
void f(const Dataset<float>& data) { fit(Net{Seed{1}}, Adam{}, data); }
#else
void f(const Dataset<float>& data) {
    Net net{Seed{1}};
    fit(net, Adam{}, data);
}
#endif
