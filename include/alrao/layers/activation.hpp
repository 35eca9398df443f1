#pragma once

#include <alrao/layers/facts.hpp>
#include <alrao/layers/kernel_traits.hpp>
#include <alrao/shape/options.hpp>

namespace alrao {

// The functions of the layers below, in kernels/elementwise/activation.hpp. A layer names its function as
// ElementwiseFunction; ops/activation.hpp runs every layer that has this member.
namespace kernels {
struct ReLU;
struct ReLU6;
struct LeakyReLU;
struct GELU;
struct SiLU;
struct Sigmoid;
struct Tanh;
}  // namespace kernels

namespace layers {
/// The facts of an elementwise function. Backward computes the derivative from the output if
/// `derivative_from_output`, else from the input. `flops` is the cost of one element.
constexpr Facts elementwise_facts(const Shape& input, bool derivative_from_output, double flops) {
    Facts facts = Facts::same_shape(input);
    facts.elementwise = true;
    facts.backward_needs_output = derivative_from_output;
    facts.backward_needs_input = !derivative_from_output;
    facts.flops = flops * static_cast<double>(input.size());
    facts.backward_flops = facts.flops;
    return facts;
}
}  // namespace layers

/// Rectifier: y = max(x, 0); NaN stays NaN. Any shape, no parameters.
struct ReLU {
    static constexpr std::string_view name = "ReLU";
    using ElementwiseFunction = kernels::ReLU;
    static constexpr Facts facts(const Shape& input) { return layers::elementwise_facts(input, true, 1); }
    static constexpr KernelTraits kernel_traits(const Shape&) { return {.is_relu = true}; }
};

/// Rectifier with an upper bound: y = min(max(x, 0), 6) (MobileNetV2). Any shape, no parameters.
struct ReLU6 {
    static constexpr std::string_view name = "ReLU6";
    using ElementwiseFunction = kernels::ReLU6;
    static constexpr Facts facts(const Shape& input) { return layers::elementwise_facts(input, true, 2); }
};

/// Rectifier with a slope for negative x: y = x for x > 0, else slope * x. Any shape, no parameters.
/// The slope is a Percent, 0.01 by default as in PyTorch.
template <class PercentSlope = Percent<1>>  // LeakyReLU<Percent<1>>
struct LeakyReLU {
    static constexpr std::string_view name = "LeakyReLU";
    using ElementwiseFunction = kernels::LeakyReLU;
    static constexpr double slope = percent_value<PercentSlope>;
    static constexpr Facts facts(const Shape& input) { return layers::elementwise_facts(input, true, 2); }

    static_assert(is_percent<PercentSlope>, "alrao: LeakyReLU takes its slope as Percent<P>");
    static_assert(!is_percent<PercentSlope> || percent_value<PercentSlope> > 0,
                  "alrao: LeakyReLU<Percent<P>> needs a slope above 0; a slope of 0 is ReLU");
};

/// Gaussian error linear unit: y = x Phi(x), Phi the normal distribution function (the exact form,
/// PyTorch's default; Hendrycks and Gimpel, arXiv 1606.08415). Any shape, no parameters.
struct GELU {
    static constexpr std::string_view name = "GELU";
    using ElementwiseFunction = kernels::GELU;
    static constexpr Facts facts(const Shape& input) { return layers::elementwise_facts(input, false, 20); }
};

/// Sigmoid linear unit, or swish: y = x / (1 + exp(-x)). Any shape, no parameters.
struct SiLU {
    static constexpr std::string_view name = "SiLU";
    using ElementwiseFunction = kernels::SiLU;
    static constexpr Facts facts(const Shape& input) { return layers::elementwise_facts(input, false, 15); }
};

/// Logistic function: y = 1 / (1 + exp(-x)). Any shape, no parameters.
struct Sigmoid {
    static constexpr std::string_view name = "Sigmoid";
    using ElementwiseFunction = kernels::Sigmoid;
    static constexpr Facts facts(const Shape& input) { return layers::elementwise_facts(input, true, 15); }
};

/// Hyperbolic tangent: y = tanh(x). Any shape, no parameters.
struct Tanh {
    static constexpr std::string_view name = "Tanh";
    using ElementwiseFunction = kernels::Tanh;
    static constexpr Facts facts(const Shape& input) { return layers::elementwise_facts(input, true, 15); }
};

}  // namespace alrao
