// expect-error: Streams hold tokens: begin the network with Tokens
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
using Given = Net;
#else
using Given = Steps;
#endif

void f(Given& net, const Streams& streams) { fit(net, Adam{}, streams); }
