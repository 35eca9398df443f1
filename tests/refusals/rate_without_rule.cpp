// expect-error: must have .Rule rule.. const
// type: Network
#include <alrao/alrao.hpp>

using namespace alrao;

struct Net : Model<Input<2>, Dense<4>, ReLU, SoftmaxClassifier<2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
struct Mine {
    using Rule = rule::Sgd;
    double rate = 0.1;
};
#else
struct Mine {
    using Rule = rule::Sgd;
    rule::Sgd rule() const { return {}; }
    double rate = 0.1;
};
#endif

void f(Net& net, const Dataset<float>& data) { fit(net, Mine{}, data); }
