// expect-error: pass a CarriedState<Net> in a variable that is not const
// type: Network
#include <alrao/alrao.hpp>

using namespace alrao;

struct Net : Model<Tokens, Embedding<10, 4>, LSTM<4>, SoftmaxClassifier<10>> {
    using Model::Model;
};

#ifdef MUST_FAIL
using State = const CarriedState<Net>;
#else
using State = CarriedState<Net>;
#endif

auto f(const Net& net, const xt::xtensor<float, 2>& x, State& state) {
    return predict_sequences(net, x, state);
}
