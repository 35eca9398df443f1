// A translation unit of a user: trains SENet18 by Alrao with fit.
#include <alrao/alrao.hpp>
#include <alrao/zoo/senet18.hpp>

using namespace alrao;

struct Net : zoo::SENet18<AveragedHead<SoftmaxClassifier<10>, 10>> {
    using SENet18::SENet18;
};
History train(Net& net, const Dataset<float>& data) {
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-5, 10}, Seed{2}};
    return fit(net, optimizer, data, {.epochs = 5, .batch_size = 32, .seed = Seed{3}});
}
