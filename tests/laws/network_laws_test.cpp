#include "../effort.hpp"
#include "law_nets.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace alrao;
using namespace alrao::laws;

namespace {

/// Whether the outputs of the first layer keep a distance from the kinks of the second.
template <class Layer, class Net>
bool away_from_kinks(const Net& net, const LawBatch<Net>& data) {
    const ParameterEntry &weight = Net::parameters[0], &bias = Net::parameters[1];
    const double* p = net.parameter_buffer().data();
    const std::size_t n = weight.extents[0], units = weight.extents[1];
    for (std::size_t r = 0; r < data.batch * data.steps; ++r)
        for (std::size_t u = 0; u < units; ++u) {
            double z = p[bias.offset + u];
            for (std::size_t i = 0; i < n; ++i)
                z += data.inputs[r * n + i] * p[weight.offset + i * units + u];
            for (const double kink : Law<Layer>::kinks())
                if (std::abs(z - kink) < 0.02) return false;
        }
    return true;
}

struct Losses {
    double trunk = 0;
    std::vector<double> copies;
};

/// Compares the gradients of the averaged loss and of the loss of each copy with differences of this step, for all
/// parameters (without optimisation and for large networks, for some of them).
template <class Net, class Backend>
void check_gradients(Net& net, const Batch<double>& examples, double step = 1e-3) {
    Threads threads(1);
    TrainingPass<Net, Backend> pass(examples.samples, threads, examples.time_steps);
    Philox random(Seed{examples.samples}, 3);
    for (double& x : pass.state().numbers()) x = 0.5 * random.normal();
    const StepNumber number{5, 9};
    const auto losses = [&] {
        const BatchLoss sums = pass.forward(net, examples, number, false);
        Losses result{sums.loss / sums.weight, {}};
        for (const double likelihood : pass.log_likelihood())
            result.copies.push_back(-likelihood / sums.weight);
        return result;
    };
    losses();
    pass.backward(net, true);
    const std::vector<double> analytic(pass.gradients().begin(), pass.gradients().end());
    double largest = 0;
    for (const double g : analytic) largest = std::max(largest, std::abs(g));
    REQUIRE(is_finite(largest));
    double worst = 0;
    std::size_t at_parameter = 0, at = 0, seen = 0;
    const std::size_t stride = effort(1, 5) * (1 + Net::parameter_count / 1500 * 4);
    for (std::size_t p = 0; p < Net::parameters.size(); ++p) {
        const ParameterEntry& entry = Net::parameters[p];
        for (std::size_t e = 0; e < entry.elements(); ++e) {
            const std::size_t column = e % entry.columns;
            const double got = analytic[entry.offset + e];
            if (column >= entry.features * entry.inner) {
                CHECK(got == 0);  // padding has no gradient
                continue;
            }
            if (++seen % stride != 0) continue;  // each costs eight losses
            double& value = net.parameter_buffer()[entry.offset + e];
            const double origin = value, h = step;
            const auto central = [&](double apart) {
                const auto loss = [&](double x) {
                    value = x;
                    const Losses all = losses();
                    return entry.copies == 0 ? all.trunk : all.copies[column / entry.inner];
                };
                const double above = loss(origin + apart), below = loss(origin - apart);
                value = origin;
                return (above - below) / (2 * apart);
            };
            const double numeric = (4 * central(h / 2) - central(h)) / 3;
            const double allowed = 1e-6 * (std::abs(got) + std::abs(numeric)) + 1e-9 * largest;
            const double share = std::abs(got - numeric) / allowed;
            if (!(share <= worst)) worst = share, at_parameter = p, at = e;
        }
        // The magnitudes that the guard reads are those of the gradients.
        for (std::size_t c = 0; c < entry.columns; ++c) {
            double most = 0;
            for (std::size_t r = 0; r < entry.rows; ++r)
                most = std::max(most, std::abs(analytic[entry.offset + r * entry.columns + c]));
            CHECK(pass.gradient_magnitude(p)[c] == most);
        }
    }
    CAPTURE(at_parameter);
    CAPTURE(at);
    CAPTURE(largest);
    CHECK(worst <= 1);
}

}  // namespace

TEST_CASE("in a network the trunk follows the averaged loss, each copy its own") {
    for_each_type(Layers{}, []<class Layer>(std::type_identity<Layer>) {
        using Net = NetAround<double, Layer>;
        CAPTURE(name_of<Layer>());
        std::size_t configurations = 0;
        for (std::uint64_t seed = 1; configurations < effort(20, 1); ++seed) {
            REQUIRE(seed < 500);
            Net net(Seed{seed});
            stir(net, seed);
            const std::size_t batch = std::is_same_v<Layer, BatchNorm> ? 4 + seed % 4 : 1 + seed % 5;
            const LawBatch<Net> data(batch, seed, 1 + seed % 4);
            if (!Law<Layer>::kinks().empty() && !away_from_kinks<Layer>(net, data)) continue;
            ++configurations;
            CAPTURE(seed);
            check_gradients<Net, OwnTiles<>>(net, data.examples(seed % 2 == 0),
                                             std::max(Law<Layer>::step, 1e-5));
        }
    });
}

TEST_CASE("gradients reach every branch of a composition") {
    for_each_composition<double>([]<class Net>(std::type_identity<Net>, const std::string& name) {
        for_each_type(meta::List<OwnTiles<>, Exact<OwnTiles<>>>{},
                      [&]<class Backend>(std::type_identity<Backend>) {
                          for (std::uint64_t seed = 1; seed <= effort(6, 1); ++seed) {
                              CAPTURE(name);
                              CAPTURE(is_exact<Backend>);
                              CAPTURE(seed);
                              Net net(Seed{seed});
                              stir(net, seed);
                              const LawBatch<Net> data(2 + seed % 3, seed);
                              check_gradients<Net, Backend>(net, data.examples(seed % 2 == 0), 1e-5);
                          }
                      });
    });
}

TEST_CASE("heads: sample weights, selected outputs, both back ends") {
    for_each_type(Heads{}, []<class Head>(std::type_identity<Head>) {
        for_each_type(Backends{}, []<class Backend>(std::type_identity<Backend>) {
            using Net = NetBefore<double, Head>;
            CAPTURE(name_of<Head>());
            CAPTURE(Backend::name);
            for (std::uint64_t seed = 1; seed <= effort(24, 2); ++seed) {
                Net net(Seed{seed});
                stir(net, seed);
                const LawBatch<Net> data(1 + seed % 5, seed);
                Batch<double> examples = data.examples(seed % 2 == 0);
                if (examples.truth.targets && seed % 3 == 0) examples = data.regression(seed % 2 == 0, true);
                CAPTURE(seed);
                check_gradients<Net, Backend>(net, examples);
            }
        });
    });
}

TEST_CASE("heads: losses per time step of a sequence") {
    for (std::uint64_t seed = 1; seed <= effort(20, 2); ++seed) {
        const auto check = [&]<class Net>(std::type_identity<Net>) {
            Net net(Seed{seed});
            stir(net, seed);
            const LawBatch<Net> data(1 + seed % 3, seed, 1 + seed % 4);
            check_gradients<Net, OwnTiles<>>(net, data.examples(seed % 2 == 0));
        };
        check(std::type_identity<SequenceNet<double, SmallHead>>{});
        check(std::type_identity<SequenceNet<double, AveragedHead<GaussianRegressor<2>, 3>>>{});
    }
}

TEST_CASE("declared counts and offsets are those of the buffers") {
    for_each_net<double>([]<class Net>(std::type_identity<Net>, const std::string& name) {
        CAPTURE(name);
        std::size_t numbers = 0, end = 0;
        for (const ParameterEntry& entry : Net::parameters) {
            CHECK(entry.offset % 16 == 0);
            CHECK(entry.offset >= end);  // in order, without overlap
            end = entry.offset + entry.elements();
            CHECK(entry.size() == entry.rows * entry.features * entry.inner);
            CHECK(entry.columns >= entry.features * entry.inner);
            CHECK(entry.size() == entry.extents.size());
            numbers += entry.size();
        }
        CHECK(end <= Net::parameter_elements);
        CHECK(numbers == Net::parameter_count);
        const Net net(Seed{1});
        CHECK(net.parameter_buffer().size() == Net::parameter_elements);
        CHECK(net.statistic_buffer().size() == Net::statistic_elements);

        Threads threads(1);
        Workspace<Net, OwnTiles<>> workspace(3, threads, 2);
        const LawBatch<Net> data(3, 1, 2);
        const auto out = workspace.run(net, data.inputs.data(), 3, data.steps);
        CHECK(out.channels == Net::output_shape.channels());
        const std::size_t steps = Net::output_shape.per_token ? data.steps : 1;
        CHECK(out.rows == 3 * steps * Net::output_shape.pixels());
        CHECK(workspace.arena().size() == Net::prediction_elements(3, 2));
    });
}

TEST_CASE("a batch gives the results of its samples one by one; a short batch, those of its own size") {
    for_each_net<double>([]<class Net>(std::type_identity<Net>, const std::string& name) {
        CAPTURE(name);
        Net net(Seed{2});
        stir(net, 2);
        Threads threads(1);
        const std::size_t batch = 7;
        const LawBatch<Net> data(batch, 3, 3);
        Workspace<Net, OwnTiles<>> large(20, threads, 5), exact(batch, threads, data.steps),
            single(1, threads, data.steps);
        const auto whole = numbers(exact.run(net, data.inputs.data(), batch, data.steps));
        CHECK(whole == numbers(large.run(net, data.inputs.data(), batch, data.steps)));
        const std::size_t size = Net::input_shape.size();
        const std::size_t steps_out = Net::output_shape.per_token ? data.steps : 1;
        for (std::size_t b = 0; b < batch; ++b) {
            const std::vector<double> sample = sample_of(data.inputs.data(), batch, data.steps, size, b);
            single.state().reset();
            CHECK(numbers(single.run(net, sample.data(), 1, data.steps)) ==
                  sample_of(whole.data(), batch, steps_out, Net::output_shape.size(), b));
        }
        CHECK(std::all_of(whole.begin(), whole.end(), [](double x) { return is_finite(x); }));

        // The training pass: equal gradients in a larger arena.
        TrainingPass<Net, OwnTiles<>> roomy(20, threads, 5), tight(batch, threads, data.steps);
        const Batch<double> examples = data.examples(true);
        const BatchLoss a = roomy.forward(net, examples, {1, 2}, true);
        const BatchLoss b = tight.forward(net, examples, {1, 2}, true);
        roomy.backward(net, true);
        tight.backward(net, true);
        CHECK(a.loss == b.loss);
        CHECK(a.weight == b.weight);
        CHECK(parameter_gradients(roomy) == parameter_gradients(tight));
    });
}

TEST_CASE("a repeated step has the same bits, also with one, two and three threads") {
    const auto check = []<class Net>(std::type_identity<Net>, std::size_t batch) {
        const LawBatch<Net> data(batch, 3);
        const auto train = [&](int count) {
            Threads threads(count);
            Net net(Seed{2});
            TrainingPass<Net, OwnTiles<>> pass(batch, threads);
            std::vector<float> all;
            for (std::uint64_t step = 0; step < 3; ++step) {
                const BatchLoss loss = pass.forward(net, data.examples(true), {4, step}, true);
                pass.backward(net, true);
                for (const ParameterEntry& entry : Net::parameters)
                    for (std::size_t e = 0; e < entry.elements(); ++e)
                        net.parameter_buffer()[entry.offset + e] -= 0.1F * pass.gradients()[entry.offset + e];
                pass.commit(net);
                all.push_back(static_cast<float>(loss.loss));
                for (const double x : pass.log_likelihood()) all.push_back(static_cast<float>(x));
            }
            all.insert(all.end(), net.parameter_buffer().begin(), net.parameter_buffer().end());
            all.insert(all.end(), net.statistic_buffer().begin(), net.statistic_buffer().end());
            return all;
        };
        const std::vector<float> one = train(1);
        CHECK(std::all_of(one.begin(), one.end(), [](float x) { return is_finite(x); }));
        CHECK(one == train(1));
        CHECK(one == train(2));
        CHECK(one == train(3));
    };
    struct Wide
        : Model<float, Input<9, 9, 3>, Normalize, BatchNorm, GELU, Flatten, Dense<67>, BatchNorm, ReLU,
                Dropout<>, Dense<65>, LayerNorm, SiLU, AveragedHead<SoftmaxClassifier<10>, 10>> {
        using Model::Model;
    };
    struct Regression : Model<float, Input<200>, Dense<300>, Sigmoid, Dense<33, NoBias>, Tanh,
                              AveragedHead<GaussianRegressor<3>, 6>> {
        using Model::Model;
    };
    struct Paths : Model<float, Input<32, 32, 3>, ConvNormReLU<32>, MaxPool2d<2>,
                         Residual<ConvNormReLU<32>, SameConv<32, 3, NoBias>, BatchNorm>, ReLU, MaxPool2d<2>,
                         Concat<ConvNormReLU<16, 1>, Branch<SameConv<33>, SqueezeExcite<4>>,
                                Branch<MaxPool2d<3, Stride<1>, Padding<1>>, SameConv<16, 1>, ReLU>>,
                         AveragePool2d<2>, Residual<SameConv<65, 3, Groups<65>>, Dropout<>>,
                         GlobalAveragePool2d, AveragedHead<SoftmaxClassifier<10>, 5>> {
        using Model::Model;
    };
    if (is_optimized) check(std::type_identity<Paths>{}, 13);
    check(std::type_identity<Paths>{}, 3);
    check(std::type_identity<Wide>{}, effort(130, 37));
    check(std::type_identity<Wide>{}, 7);
    check(std::type_identity<Regression>{}, effort(150, 37));
}
