// expect-error: fit takes numbers of the network.s scalar type
// type: Network
#include <alrao/alrao.hpp>

using namespace alrao;

struct Net : Model<Input<2>, Dense<4>, ReLU, SoftmaxClassifier<2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
using Number = double;
#else
using Number = float;
#endif

void f(Net& net, const std::vector<Number>& x, const std::vector<std::int32_t>& y) {
    fit(net, Adam{}, Dataset(x, y), {.epochs = 3});
}
