// A layer outside the library that computes matrix products with xtensor-blas.
#include <xtensor-blas/xlinalg.hpp>

#include <alrao/alrao.hpp>
#include <alrao/check.hpp>

#include <cstdint>
#include <iostream>
#include <vector>
using namespace alrao;

// [own_product]
/// y = x M: a Dense layer without bias and with as many outputs as inputs.
///
/// Input: any shape. Output: the same. Parameter: matrix [channels, channels*] (* marks the feature axis).
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

struct Net : Model<Input<2>, Dense<32>, Tanh, Mixing, Tanh, AveragedHead<SoftmaxClassifier<2>, 5>> {
    using Model::Model;
};

int main() {
    for (const Shape& shape : {features(7), image(3, 2, 5)}) {
        const CheckReport report = check_layer<Mixing>(shape);  // derivatives, memory, threads, ...
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
    return evaluate(net, data).accuracy > 0.95 ? 0 : 1;
}
