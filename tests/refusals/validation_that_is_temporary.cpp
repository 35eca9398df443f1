// expect-error: .validation is referred to, and these data are gone
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/train/fit.hpp>

using namespace alrao;

struct Net : Model<Input<4>, SoftmaxClassifier<2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
void f(Net& net, const std::vector<float>& x, const std::vector<std::int32_t>& y) {
    const Dataset data(x, y);
    fit(net, Adam{}, data, {.validation = Dataset(x, y)});
}
#else
void f(Net& net, const std::vector<float>& x, const std::vector<std::int32_t>& y) {
    const Dataset data(x, y), other(x, y);
    fit(net, Adam{}, data, {.validation = other});
}
#endif
