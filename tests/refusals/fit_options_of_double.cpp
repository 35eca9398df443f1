// expect-error: fit takes options of the network.s scalar type
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

void f(Net& net, const Dataset<float>& data) {
    const FitOptions<Number> options;
    fit(net, Adam{}, data, options);
}
