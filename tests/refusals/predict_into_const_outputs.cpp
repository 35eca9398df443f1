// expect-error: predict writes into its third argument, and that is const
#include <alrao/ops/softmax_head.hpp>
#include <alrao/train/evaluate.hpp>
#include <alrao/train/predict.hpp>

using namespace alrao;

struct Net : Model<Input<4>, SoftmaxClassifier<2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
void f(const Net& net, const std::vector<float>& x, std::vector<float>& y) {
    predict(net, x, std::as_const(y));
}
#else
void f(const Net& net, const std::vector<float>& x, std::vector<float>& y) { predict(net, x, y); }
#endif
