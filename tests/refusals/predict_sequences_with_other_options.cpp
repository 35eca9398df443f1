// expect-error: predict_sequences takes an optional CarriedState<Net> and options
// type: Network
#include <alrao/alrao.hpp>

using namespace alrao;

struct Net : Model<Tokens, Embedding<10, 4>, LSTM<4>, SoftmaxClassifier<10>> {
    using Model::Model;
};

#ifdef MUST_FAIL
using Options = PredictOptions;
#else
using Options = SequenceOptions;
#endif

auto f(const Net& net, const xt::xtensor<float, 2>& x, const Options& options) {
    return predict_sequences(net, x, options);
}
