// expect-error: of Streams evaluate takes StreamEvaluateOptions
#include <alrao/ops/embedding.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/train/evaluate_streams.hpp>

using namespace alrao;

struct Net : Model<Tokens, Embedding<2, 4>, SoftmaxClassifier<2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
void f(const Net& net, const Streams& streams) { static_cast<void>(evaluate(net, streams, 64)); }
#else
void f(const Net& net, const Streams& streams) { static_cast<void>(evaluate(net, streams, {.threads = 2})); }
#endif
