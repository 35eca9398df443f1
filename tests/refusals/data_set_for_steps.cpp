// expect-error: a Dataset holds single samples, and this network takes sequences
// type: Network
#include <alrao/alrao.hpp>

using namespace alrao;

struct Steps : Model<Tokens, Embedding<10, 4>, LSTM<4>, SoftmaxClassifier<10>> {
    using Model::Model;
};
struct Net : Model<Input<2>, Dense<4>, ReLU, SoftmaxClassifier<2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
using Given = Steps;
#else
using Given = Net;
#endif

void f(Given& net, const Dataset<float>& data) { fit(net, Adam{}, data); }
