// expect-error: OneRateOptimizer<Net> takes a model of type Net
// type: Network
#include <alrao/layers/activation.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>

using namespace alrao;

struct Net : Model<Input<2>, Dense<4>, ReLU, AveragedHead<SoftmaxClassifier<2>, 3>> {
    using Model::Model;
};
struct Other : Model<Input<3>, AveragedHead<SoftmaxClassifier<2>, 3>> {
    using Model::Model;
};

#ifdef MUST_FAIL
void f(Net& net, Other& other) { OneRateOptimizer<Net> optimizer{other, Sgd{.rate = 0.1}}; }
#else
void f(Net& net, Other& other) {
    OneRateOptimizer optimizer{net, Adam{.rate = 1e-3}};
    static_cast<void>(other);
}
#endif
