// expect-error: fit takes a Dataset, Streams or another DataSource
// type: Network
#include <alrao/alrao.hpp>

using namespace alrao;

struct Net : Model<Input<2>, Dense<4>, ReLU, SoftmaxClassifier<2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
void f(Net& net, const Dataset<float>& data) { fit(net, Adam{}, 3); }
#else
void f(Net& net, const Dataset<float>& data) { fit(net, Adam{}, data); }
#endif
