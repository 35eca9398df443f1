// expect-error: fit takes inputs and labels as one argument
// type: Network
#include <alrao/alrao.hpp>

using namespace alrao;

struct Net : Model<Input<2>, Dense<4>, ReLU, SoftmaxClassifier<2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
void f(Net& net, const std::vector<float>& x, const std::vector<std::int32_t>& y) { fit(net, Adam{}, x, y); }
#else
void f(Net& net, const std::vector<float>& x, const std::vector<std::int32_t>& y) {
    fit(net, Adam{}, Dataset(x, y));
}
#endif
