#include "poison.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstdint>

using namespace alrao;
using namespace alrao::laws;

namespace {

/// Layers with values of all lifetimes: in place, kept for backward, saved, scratch, in every zone.
struct Mixed : Model<double, Input<5, 3, 2>, Normalize, BatchNorm, GELU, LayerNorm, SiLU, Dropout<>, Flatten,
                     Dense<9>, BatchNorm, ReLU, Dense<6>, ReLU, Dense<7>, Tanh, Dropout<>, Dense<4, NoBias>,
                     LeakyReLU<>, LayerNorm, Sigmoid, AveragedHead<SoftmaxClassifier<3>, 4>> {
    using Model::Model;
};

template <class Net, class Backend>
void check_poison(const std::string& name) {
    using T = typename Net::scalar;
    using Network = typename Net::network;
    Threads threads(1);
    Net net(Seed{1});
    stir(net, 1);
    const std::size_t batch = 5;
    const LawBatch<Net> data(batch, 2, 3);
    const std::size_t steps = data.steps;
    const Batch<T> examples = data.examples(true);
    CAPTURE(name);
    CAPTURE(Backend::name);

    TrainingPass<Net, Backend> plain(batch, threads, steps);
    const BatchLoss wanted = plain.forward(net, examples, {3, 4}, true);
    plain.backward(net, true);

    TrainingPass<Net, Poisoning<Backend>> poisoned(batch, threads, steps);
    std::size_t filled = 0, calls = 0;
    BeforeCall<T>::act = [&](std::size_t layer, bool forward) {
        const std::size_t call = forward ? layer : 2 * Network::node_count - 1 - layer;
        filled += poison_dead<Net, typename Network::Training>(poisoned.arena(), batch, steps, call);
        ++calls;
    };
    const BatchLoss loss = poisoned.forward(net, examples, {3, 4}, true);
    for (T& gradient : poisoned.gradients()) gradient = std::numeric_limits<T>::quiet_NaN();
    poisoned.backward(net, true);
    CHECK(filled > 0);
    CHECK(calls >= Net::node_count);
    CHECK(loss.loss == wanted.loss);
    CHECK(is_finite(loss.loss));
    CHECK(loss.correct == wanted.correct);
    CHECK(std::equal(plain.log_likelihood().begin(), plain.log_likelihood().end(),
                     poisoned.log_likelihood().begin()));
    CHECK(parameter_gradients(plain) == parameter_gradients(poisoned));
    Net a = net, b = net;
    plain.commit(a);
    poisoned.commit(b);
    CHECK(std::equal(a.statistic_buffer().begin(), a.statistic_buffer().end(), b.statistic_buffer().begin()));

    Workspace<Net, Backend> workspace(batch, threads, steps);
    const auto prediction = numbers(workspace.run(net, data.inputs.data(), batch, steps));
    Workspace<Net, Poisoning<Backend>> dirty(batch, threads, steps);
    BeforeCall<T>::act = [&](std::size_t layer, bool) {
        poison_dead<Net, typename Network::Prediction>(dirty.arena(), batch, steps, layer);
    };
    CHECK(prediction == numbers(dirty.run(net, data.inputs.data(), batch, steps)));
    CHECK(workspace.evaluate(net, examples).loss == dirty.evaluate(net, examples).loss);
}

}  // namespace

TEST_CASE("memory that the plan declares free is never read: NaN in it changes no bit") {
    for_each_net<float>([]<class Net>(std::type_identity<Net>, const std::string& name) {
        check_poison<Net, OwnTiles<>>(name);
    });
    for_each_type(Backends{}, []<class Backend>(std::type_identity<Backend>) {
        check_poison<Mixed, Backend>("mixed");
        if constexpr (!own_products<Backend>) {  // other memory, for products only
            for_each_type(Layers{}, []<class Layer>(std::type_identity<Layer>) {
                if constexpr (Law<Layer>::has_products)
                    check_poison<NetAround<float, Layer>, Backend>(name_of<Layer>());
            });
            for_each_composition<float>([]<class Net>(std::type_identity<Net>, const std::string& name) {
                check_poison<Net, Backend>(name);
            });
        }
    });
}

TEST_CASE("NaN one call earlier is detected, so the test is effective") {
    using Network = Mixed::network;
    Threads threads(1);
    Mixed net(Seed{1});
    const LawBatch<Mixed> data(3, 2);
    TrainingPass<Mixed, Poisoning<OwnTiles<>>> pass(3, threads);
    std::size_t noticed = 0;
    for (std::size_t victim = 1; victim < Mixed::node_count; ++victim) {
        // As if the lifetime of each value ended one call earlier.
        BeforeCall<double>::act = [&](std::size_t layer, bool forward) {
            if (forward && layer == victim)
                for (double& x : pass.arena()) x = std::numeric_limits<double>::quiet_NaN();
        };
        const BatchLoss loss = pass.forward(net, data.labelled(), {1, 1}, false);
        noticed += !loss.any_finite;
    }
    // Views and fused layers have no calls.
    CHECK(noticed >= Network::node_count - 5);
}
