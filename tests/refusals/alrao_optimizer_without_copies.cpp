// expect-error: AlraoOptimizer needs copies of the last layer to choose from: end the network with AveragedHead
// type: Network
#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/model/model.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Model<Input<8>, Dense<4>, SoftmaxClassifier<3>> {
    using Model::Model;
};
#else
struct Net : Model<Input<8>, Dense<4>, AveragedHead<SoftmaxClassifier<3>, 10>> {
    using Model::Model;
};
#endif

void train(const Net& net) { AlraoOptimizer<Net> optimizer{net, LogUniform{1e-5, 10}, Seed{1}}; }
