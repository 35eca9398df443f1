// Layers of your own: what one is (facts, with a feature axis), and what it does (forward and backward, as
// plain xtensor expressions, or products of xtensor-blas). Checked against numeric derivatives, then trained with.
#include <xtensor-blas/xlinalg.hpp>

// [own_layer]
#include <alrao/alrao.hpp>

#include <xtensor/xmath.hpp>

#include <cmath>
#include <cstdint>
#include <iostream>
#include <numbers>
#include <vector>
using namespace alrao;

/// y = gain tanh(x), with a gain that is learnt for each channel.
///
/// Input: any shape. Output: the same. Parameter: gain [channels*], which starts at 1.
struct GainedTanh {
    static constexpr std::string_view name = "GainedTanh";

    static constexpr Facts facts(const Shape& input) {
        Facts facts = Facts::same_shape(input);
        facts.parameters.push(
            {.name = "gain", .extents = Extents{input.channels()}, .role = Role::scale, .feature_axis = 0});
        facts.backward_needs_input = true;
        facts.flops = 16.0 * static_cast<double>(input.size());
        return facts;
    }

    template <class T>
    static void forward(Context<T>& context) {
        const auto x = matrix_view(context.input);           // [rows, channels]
        const auto gain = value_view(context.parameter[0]);  // [1, channels]
        auto y = matrix_view(context.output);
        xt::noalias(y) = gain * xt::tanh(x);
    }

    template <class T>
    static void backward(Context<T>& context) {
        const auto x = matrix_view(context.input), dy = matrix_view(context.output_gradient);
        const auto gain = value_view(context.parameter[0]);
        auto dgain = gradient_view(context.parameter[0]);
        xt::noalias(dgain) = xt::sum(dy * xt::tanh(x), {0}, xt::keep_dims);
        if (!context.input_gradient) return;  // the first layer's is not asked for
        auto dx = matrix_view(context.input_gradient);
        xt::noalias(dx) = dy * gain * (1 - xt::square(xt::tanh(x)));
    }
};

struct Net
    : Model<Input<2>, Dense<32>, GainedTanh, Dense<32>, GainedTanh, AveragedHead<SoftmaxClassifier<2>, 10>> {
    using Model::Model;
};
static_assert(Net::feature_count == 4 * 32);  // each gain is a feature with a rate of its own
// [/own_layer]

// [own_product]
/// y = x M: each channel becomes a sum of all of them, a Dense layer without a bias.
///
/// Input: any shape. Output: the same. Parameter: matrix [channels, channels*].
struct Mixing {
    static constexpr std::string_view name = "Mixing";

    static constexpr Facts facts(const Shape& input) {
        const std::size_t n = input.channels();
        Facts facts = Facts::same_shape(input);
        facts.parameters.push({.name = "matrix",
                               .extents = Extents{n, n},
                               .role = Role::weight,
                               .fan_in = n,
                               .fan_out = n,
                               .feature_axis = 1});
        facts.backward_needs_input = true;
        facts.flops = 2.0 * static_cast<double>(input.size()) * static_cast<double>(n);
        return facts;
    }

    template <class T>
    static void forward(Context<T>& context) {
        const auto x = matrix_view(context.input), matrix = value_view(context.parameter[0]);
        matrix_view(context.output) = xt::linalg::dot(x, matrix);
    }

    template <class T>
    static void backward(Context<T>& context) {
        const auto x = matrix_view(context.input), dy = matrix_view(context.output_gradient);
        gradient_view(context.parameter[0]) = xt::linalg::dot(xt::transpose(x), dy);
        if (!context.input_gradient) return;
        const auto matrix = value_view(context.parameter[0]);
        matrix_view(context.input_gradient) = xt::linalg::dot(dy, xt::transpose(matrix));
    }
};
// [/own_product]

namespace {

struct Spirals {
    std::vector<float> points;
    std::vector<std::int32_t> labels;
};

/// Two spirals wound into each other.
Spirals spirals(std::size_t count, Seed seed) {
    Spirals data;
    Philox random(seed, 0);
    for (std::size_t i = 0; i < count; ++i) {
        const auto label = static_cast<std::int32_t>(i % 2);
        const double radius = 0.2 + 1.8 * random.uniform();
        const double angle = 3 * radius + label * std::numbers::pi + 0.1 * random.normal();
        data.points.push_back(static_cast<float>(radius * std::cos(angle)));
        data.points.push_back(static_cast<float>(radius * std::sin(angle)));
        data.labels.push_back(label);
    }
    return data;
}

template <class Layer>
bool passes(const Shape& shape) {
    const GradientReport report = gradient_check<Layer>(shape);
    std::cout << Layer::name << ": " << report.compared << " derivatives, the worst at " << report.where
              << " with " << report.worst << " of what is allowed\n";
    return report.passed;
}

}  // namespace

int main() {
    for (const Shape& shape : {features(7), image(3, 2, 5)})
        if (!passes<GainedTanh>(shape) || !passes<Mixing>(shape)) return 1;
    const Spirals train = spirals(1000, Seed{1}), test = spirals(1000, Seed{2});
    Net net{Seed{1}};
    AlraoOptimizer optimizer{net, LogUniform{1e-4, 10}, Seed{2}};
    fit(net, optimizer, Dataset(train.points, train.labels), {.epochs = 60, .batch_size = 16},
        [](const EpochEnd& epoch) {
            if (epoch.record.number % 20 == 0)
                std::cout << "epoch " << epoch.record.number << ": " << epoch.record.training << '\n';
        });
    const Evaluation result = evaluate(net, Dataset(test.points, test.labels));
    std::cout << "test: " << result << '\n';
    return result.accuracy > 0.9 ? 0 : 1;
}
