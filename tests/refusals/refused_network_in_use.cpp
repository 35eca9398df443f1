// Uses of a refused network cause no further errors.
// expect-error: a head, such as SoftmaxClassifier or AveragedHead, must be the last layer
// expect: AveragedHead<.*SoftmaxClassifier<2> ?, 3>
#include <alrao/alrao.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Model<Input<4>, AveragedHead<SoftmaxClassifier<2>, 3>, Dense<3>> {
#else
struct Net : Model<Input<4>, Dense<3>, AveragedHead<SoftmaxClassifier<2>, 3>> {
#endif
    using Model::Model;
};

void f(Net& net, const Dataset<float>& data) {
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-5, 1}, Seed{1}};
    fit(net, optimizer, data, {.epochs = 5});
    static_cast<void>(evaluate(net, data));
    static_cast<void>(predict(net, data));
}
