// A layer outside the library: tanh with a learned gain.
// [own_layer]
#include <alrao/alrao.hpp>
#include <alrao/check.hpp>

#include <xtensor/xmath.hpp>

#include <cstdint>
#include <iostream>
#include <vector>
using namespace alrao;

/// y = gain tanh(x), with a learned gain for each channel.
///
/// Input: any shape. Output: the same. Parameter: gain [channels*] (* marks the feature axis), initially 1.
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
        if (!context.input_gradient) return;  // the first layer of a network computes none
        auto dx = matrix_view(context.input_gradient);
        xt::noalias(dx) = dy * gain * (1 - xt::square(xt::tanh(x)));
    }
};

struct Net
    : Model<Input<2>, Dense<32>, GainedTanh, Dense<32>, GainedTanh, AveragedHead<SoftmaxClassifier<2>, 10>> {
    using Model::Model;
};
static_assert(Net::feature_count == 4 * 32);  // each gain is a feature with its own rate
// [/own_layer]

int main() {
    for (const Shape& shape : {features(7), image(3, 2, 5)}) {
        const CheckReport report = check_layer<GainedTanh>(shape);  // derivatives, memory, threads, ...
        std::cout << report << '\n';
        if (!report) return 1;
    }
    std::vector<float> points(2000);
    std::vector<std::int32_t> labels(1000);  // 1 if the two coordinates have the same sign, else 0
    Philox random(Seed{1}, 0);
    for (float& x : points) x = static_cast<float>(random.normal());
    for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = points[2 * i] * points[2 * i + 1] > 0;
    const Dataset data(points, labels);
    Net net{Seed{1}};
    AlraoOptimizer optimizer{net, LogUniform{1e-4, 10}, Seed{2}, {.schedule = schedule::Linear{}}};
    fit(net, optimizer, data, {.epochs = 40, .batch_size = 16});
    std::cout << evaluate(net, data) << '\n';
    return evaluate(net, data).accuracy > 0.9 ? 0 : 1;
}
