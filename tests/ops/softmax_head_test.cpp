#include "../laws/law_nets.hpp"

#include <alrao/ops/softmax_head.hpp>

#include <doctest/doctest.h>

#include <cmath>

namespace ops_softmax_head_test {

using namespace alrao;

TEST_CASE("an averaged head predicts the weighted mean of its copies' softmax") {
    struct Net : Model<double, Input<2>, AveragedHead<SoftmaxClassifier<3>, 2>> {
        using Model::Model;
    };
    Threads threads(1);
    Net net(Seed{1});
    net.posterior().log_weights = {std::log(0.25), std::log(0.75)};
    const double x[] = {0.5, -1};
    const double* weight = net.parameter_buffer().data();
    const double* bias = weight + Net::parameters[1].offset;
    double p[3] = {};
    for (std::size_t j = 0; j < 2; ++j) {
        double e[3], sum = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            const std::size_t c = 3 * j + k;
            e[k] = std::exp(x[0] * weight[c] + x[1] * weight[16 + c] + bias[c]);
            sum += e[k];
        }
        for (std::size_t k = 0; k < 3; ++k) p[k] += net.posterior().weight(j) * e[k] / sum;
    }
    Workspace<Net> workspace(1, threads);
    const Block<const double> got = workspace.run(net, x, 1);
    for (std::size_t k = 0; k < 3; ++k) CHECK(got.data[k] == doctest::Approx(p[k]).epsilon(1e-13));
    const std::int32_t label = 2;
    const BatchLoss loss = workspace.evaluate(net, {.inputs = x, .truth = {.labels = &label}, .samples = 1});
    CHECK(loss.loss == doctest::Approx(-std::log(p[2])).epsilon(1e-13));
}

}  // namespace ops_softmax_head_test
