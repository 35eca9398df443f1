// expect-error: predict takes single samples
// type: Network
#include <alrao/alrao.hpp>

using namespace alrao;

struct Net : Model<Tokens, Embedding<10, 4>, LSTM<4>, SoftmaxClassifier<10>> {
    using Model::Model;
};

#ifdef MUST_FAIL
auto f(const Net& net, const xt::xtensor<float, 2>& x) { return predict(net, x); }
#else
auto f(const Net& net, const xt::xtensor<float, 2>& x) { return predict_sequences(net, x); }
#endif
