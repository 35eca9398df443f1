// A translation unit of a user: trains ResNet18 by Alrao with fit.
#include <alrao/alrao.hpp>
#include <alrao/zoo/resnet18.hpp>

using namespace alrao;

struct Net : zoo::ResNet18<AveragedHead<SoftmaxClassifier<10>, 10>> {
    using ResNet18::ResNet18;
};
History train(Net& net, const Dataset<float>& data) {
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-5, 10}, Seed{2}};
    return fit(net, optimizer, data, {.epochs = 5, .batch_size = 32, .seed = Seed{3}});
}
