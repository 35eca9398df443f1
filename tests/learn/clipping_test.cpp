#include <alrao/learn/clipping.hpp>

#include "small_task.hpp"
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace learn_clipping_test {

using namespace alrao;

namespace {

using Net = small::Normalized<double>;

double norm_of(std::span<const double> gradients, std::size_t group, std::size_t feature) {
    double sum = 0;
    for (const ParameterEntry& entry : Net::parameters)
        for (std::size_t i = 0; entry.group == group && i < entry.elements(); ++i)
            if (i % entry.columns / entry.inner == feature)
                sum += gradients[entry.offset + i] * gradients[entry.offset + i];
    return std::sqrt(sum);
}

}  // namespace

TEST_CASE("trunk gradients of features have at most the given norm; the gradients of copies do not change") {
    small::Batches<double> data;
    Threads threads, two(2);
    const Net net{Seed{1}};
    TrainingPass<Net> pass(small::batch, threads);
    pass.forward(net, data.at(0), {}, false);
    pass.backward(net, false);
    const std::vector<double> before(pass.gradients().begin(), pass.gradients().end());
    std::vector<double> clipped = before, by_two = before;
    constexpr double most = 0.02;
    GradientClipping<Net> clipping({}, most);
    clipping.clip<OwnTiles<>>(clipped, threads);
    clipping.clip<OwnTiles<>>(by_two, two);
    CHECK(clipped == by_two);
    std::size_t shortened = 0, kept = 0;
    for (const ParameterEntry& entry : Net::parameters)
        for (std::size_t i = 0; i < entry.elements(); ++i) {
            const std::size_t feature = i % entry.columns / entry.inner;
            const double norm = norm_of(before, entry.group, feature);
            const bool is_short = entry.copies > 0 || norm + clip_epsilon <= most;
            ++(is_short ? kept : shortened);
            const double share = is_short ? 1 : most / (norm + clip_epsilon);
            REQUIRE(clipped[entry.offset + i] ==
                    doctest::Approx(before[entry.offset + i] * share).epsilon(1e-12));
        }
    CHECK(shortened > 0);
    CHECK(kept > 0);
}

TEST_CASE("a feature with a huge gradient does not affect the others") {
    using Mlp = small::Mlp<double, 4>;
    std::vector<double> gradients(Mlp::parameter_elements, 1e-4);
    const ParameterEntry& first = Mlp::parameters[0];
    gradients[first.offset + 3] = 1e200;  // its square overflows in double
    Threads threads;
    GradientClipping<Mlp> clipping({}, 0.25);
    clipping.clip<OwnTiles<>>(gradients, threads);
    CHECK(gradients[first.offset + 3] <= 0.25);
    CHECK(gradients[first.offset + 2] == 1e-4);
}

TEST_CASE("without a norm no gradient changes; a norm for a network without a trunk is refused") {
    Threads threads;
    std::vector<double> gradients(Net::parameter_elements, 1e9);
    const std::vector<double> before = gradients;
    GradientClipping<Net>({}, {}).clip<OwnTiles<>>(gradients, threads);
    CHECK(gradients == before);
    using HeadOnly = Model<double, Input<6>, SoftmaxClassifier<3>>;
    CHECK_NOTHROW((GradientClipping<HeadOnly>({}, {})));
    CHECK_THROWS_WITH_AS((GradientClipping<HeadOnly>(1.0, {})), doctest::Contains("clip_norm clips"),
                         ArgumentError);
    CHECK_THROWS_WITH_AS((GradientClipping<HeadOnly>({}, 1.0)), doctest::Contains("clip_feature_norm clips"),
                         ArgumentError);
}

TEST_CASE("the optimizer clips features before the whole gradient, and refuses invalid norms") {
    small::Batches<double> data;
    Threads threads;
    TrainingPass<Net> pass(small::batch, threads);
    Net net{Seed{1}};
    AlraoOptimizer<Net> optimizer{
        net, LogUniform{1e-3, 1}, Seed{2}, {.clip_norm = 0.05, .clip_feature_norm = 0.02}};
    take_step(net, optimizer, pass, data.at(0));
    double sum = 0;
    for (const ParameterEntry& entry : Net::parameters) {
        if (entry.copies > 0) continue;
        for (std::size_t f = 0; f < entry.features; ++f)
            CHECK(norm_of(pass.gradients(), entry.group, f) <= 0.02);
        for (std::size_t i = 0; i < entry.elements(); ++i)
            sum += pass.gradients()[entry.offset + i] * pass.gradients()[entry.offset + i];
    }
    CHECK(std::sqrt(sum) == doctest::Approx(0.05).epsilon(1e-3));
    for (const double bad : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()})
        CHECK_THROWS_AS((AlraoOptimizer<Net>{net, LogUniform{1e-3, 1}, Seed{2}, {.clip_feature_norm = bad}}),
                        ArgumentError);
}

}  // namespace learn_clipping_test
