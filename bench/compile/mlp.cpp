// A translation unit of a user: trains an MLP by Alrao with fit.
#include <alrao/alrao.hpp>
using namespace alrao;
struct Net : Model<Input<784>, Dense<512>, ReLU, Dense<512>, ReLU, AveragedHead<SoftmaxClassifier<10>, 10>> {
    using Model::Model;
};
History train(const Dataset<float>& data) {
    Net net{Seed{1}};
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-5, 10}, Seed{2}};
    return fit(net, optimizer, data, {.epochs = 5, .batch_size = 32, .seed = Seed{3}});
}
