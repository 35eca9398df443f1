// A translation unit of a user: trains GoogLeNet by Alrao with fit.
#include <alrao/alrao.hpp>
#include <alrao/zoo/googlenet.hpp>

using namespace alrao;

struct Net : zoo::GoogLeNet<AveragedHead<SoftmaxClassifier<10>, 10>> {
    using GoogLeNet::GoogLeNet;
};
History train(Net& net, const Dataset<float>& data) {
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-5, 10}, Seed{2}};
    return fit(net, optimizer, data, {.epochs = 5, .batch_size = 32, .seed = Seed{3}});
}
