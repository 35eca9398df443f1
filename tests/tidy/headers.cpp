// What clang-tidy reads: every public header, and one network that is trained, evaluated and saved.
#include <alrao/alrao.hpp>
#include <alrao/data.hpp>
#include <alrao/inference.hpp>
#include <alrao/io.hpp>
#include <alrao/zoo.hpp>

#include <cstdint>
#include <vector>

struct Net : alrao::Model<alrao::Input<2>, alrao::Dense<4>, alrao::ReLU,
                          alrao::AveragedHead<alrao::SoftmaxClassifier<2>, 3>> {
    using Model::Model;
};

double train() {
    const std::vector<float> inputs{0, 1, 1, 0};
    const std::vector<std::int32_t> labels{0, 1};
    const alrao::Dataset<float> data(inputs, labels);
    Net net(alrao::Seed{1});
    alrao::AlraoOptimizer<Net> optimizer(net, alrao::LogUniform{1e-5, 10}, alrao::Seed{2});
    alrao::fit(net, optimizer, data, {.epochs = 2});
    alrao::save(net, "net.safetensors");
    return alrao::evaluate(net, data).loss;
}
