// expect-error: predict writes into its third argument, a std::span
#include <alrao/ops/softmax_head.hpp>
#include <alrao/train/evaluate.hpp>
#include <alrao/train/predict.hpp>

using namespace alrao;

struct Net : Model<Input<4>, SoftmaxClassifier<2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
void f(const Net& net, const std::vector<float>& x, std::vector<double>& y) { predict(net, x, y); }
#else
void f(const Net& net, const std::vector<float>& x, std::vector<double>& y) {
    std::vector<float> out(2);
    predict(net, x, out);
    y.assign(out.begin(), out.end());
}
#endif
