// expect-error: Streams have a label for each token: end the network with a classifier
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/ops/embedding.hpp>
#include <alrao/ops/last_step.hpp>
#include <alrao/ops/lstm.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/train/fit.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Model<Tokens, Embedding<5, 4>, LSTM<3>, LastStep, SoftmaxClassifier<5>> {
    using Model::Model;
};
#else
struct Net : Model<Tokens, Embedding<5, 4>, LSTM<3>, SoftmaxClassifier<5>> {
    using Model::Model;
};
#endif

void f(Net& net, const Streams& streams) { fit(net, Adam{}, streams); }
