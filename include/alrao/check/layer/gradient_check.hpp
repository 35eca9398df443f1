#pragma once

#include <alrao/check/layer/detail/lone_layer.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/message.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao {

/// Options of gradient_check. A derivative passes if
/// |analytic - numeric| <= relative * (|analytic| + |numeric|) + of_largest * (largest |analytic|).
struct GradientCheckOptions {
    std::size_t batch = 3;        ///< batch size
    std::size_t time_steps = 1;   ///< length of each sequence; use more than 1 for layers of sequences
    Seed seed{1};                 ///< seed of all random numbers, including those of the layer (Dropout)
    double step = 1e-3;           ///< step h of the central differences, relative to max(1, |value|)
    double relative = 1e-6;       ///< tolerance relative to the derivative
    double of_largest = 1e-9;     ///< tolerance relative to the largest derivative
    double input_scale = 1;       ///< standard deviation of the (normal) inputs
    std::vector<double> kinks{};  ///< points where the layer is not differentiable, such as 0 for ReLU
    double kink_margin = 0.05;    ///< smallest distance of inputs from kinks; a few times `step`
    bool training = true;         ///< whether forward runs in training or in prediction mode
    /// Approximate number of derivatives that are compared in each array, at equal distances. In an array
    /// with fewer elements all are compared, in a larger one fewer than twice this number. Each needs four
    /// calls of forward.
    std::size_t most = std::numeric_limits<std::size_t>::max();
};

/// Result of gradient_check: the derivative with the largest error.
struct GradientReport {
    bool passed = true;        ///< whether all errors are within the tolerance
    std::size_t compared = 0;  ///< number of derivatives that were compared
    double worst = 0;          ///< largest error divided by its tolerance; NaN if a derivative is not finite
    double analytic = 0;       ///< the derivative with the largest error, from backward
    double numeric = 0;        ///< the same derivative, from differences of forward
    double largest = 0;        ///< largest |analytic| of all derivatives
    std::string where;         ///< element with the largest error: "input[7]" or "weight[3]"
};

/// Prints one line: "passed: 12 derivatives, the worst is weight[3]: 0.5 by backward, 0.5 numerically; its
/// error is 2e-05 times the allowed error", or "FAILED: ...".
inline std::ostream& operator<<(std::ostream& out, const GradientReport& report) {
    out << (report.passed ? "passed: " : "FAILED: ") << report.compared
        << (report.compared == 1 ? " derivative" : " derivatives");
    if (report.compared == 0) return out;
    return out << message_of({", the worst is ", report.where, ": ", report.analytic, " by backward, ",
                              report.numeric, " numerically; its error is ", report.worst,
                              " times the allowed error"});
}

namespace detail {

/// A layer in double with random numbers, and the scalar whose derivatives are compared.
template <class Layer, class Backend>
class LayerProbe {
public:
    LayerProbe(const Shape& shape, const GradientCheckOptions& options)
        : layer_(accepted(shape, options), options.batch, options.time_steps) {
        layer_.training = options.training;
        layer_.seed = options.seed;
        const Facts& facts = layer_.node.facts;
        Philox random(options.seed, Stream::initialization, 0);
        const bool words = facts.parameters.size > 0 && facts.parameters[0].role == Role::embedding;
        for (double& x : layer_.input.span())
            x = words ? static_cast<double>(random.below(facts.parameters[0].extents[0]))
                      : draw_input(options, random);
        for (double& x : layer_.output_gradient.span()) x = random.normal();
        for (std::size_t p = 0; p < layer_.values.size(); ++p)
            for (double& x : layer_.values[p].span())
                x = (facts.parameters[p].role == Role::scale ? 1 : 0) + 0.5 * random.normal();
        for (double& x : layer_.carried.span()) x = 0.5 * random.normal();
    }

    /// Sum of output_gradient * output over all outputs: the scalar whose derivatives are compared.
    double value() {
        layer_.forward();
        double sum = 0;
        for (std::size_t i = 0; i < layer_.output.size(); ++i)
            sum += layer_.output_gradient.data()[i] * layer_.output.data()[i];
        return sum;
    }

    /// Runs forward and backward; the memory that they must write contains NaN before. Later calls of value()
    /// omit filling it, which saves time.
    void differentiate() {
        value();
        layer_.backward();
        layer_.fills = false;
    }

    /// Calls f(name, size, values, gradients) for the input and each parameter.
    template <class F>
    void for_each_array(F f) {
        if (!layer_.node.facts.needs_to_be_first)  // its input has no gradient
            f(std::string("input"), layer_.input.size(), layer_.input.data(), layer_.input_gradient.data());
        for (std::size_t p = 0; p < layer_.values.size(); ++p)
            f(std::string(layer_.node.facts.parameters[p].name), layer_.values[p].size(),
              layer_.values[p].data(), layer_.gradients[p].data());
    }

private:
    static const Shape& accepted(const Shape& shape, const GradientCheckOptions& options) {
        const Facts facts = Layer::facts(shape);
        if (options.batch == 0 || options.time_steps == 0)
            fail("alrao: gradient_check: batch and time_steps must be at least 1");
        if (facts.copies > 0)
            fail("alrao: gradient_check: the loss of a head comes from labels: use check_head");
        if (facts.refusal) fail("alrao: gradient_check: the layer refuses this input shape");
        return shape;
    }
    static double draw_input(const GradientCheckOptions& options, Philox& random) {
        double x = options.input_scale * random.normal();
        for (const double kink : options.kinks) {
            const double apart = x - kink;
            if (std::abs(apart) < options.kink_margin) x += std::copysign(options.kink_margin, apart);
        }
        return x;
    }

    check::LoneLayer<Layer, Backend, double> layer_;
};

}  // namespace detail

/// Compares the gradients that backward of a layer computes with numeric derivatives of forward, in double,
/// for random inputs of `shape` and random parameters. The numeric derivative is (4 D(h/2) - D(h)) / 3 with
/// the central difference D (Richardson extrapolation; its error is of order h^4). check_layer calls this
/// function. Use check_head for heads.
/// @tparam Backend implementation of matrix products
/// @throws ArgumentError if the batch size or the number of time steps is 0, if the layer is a head, or if it
/// refuses the shape
template <class Layer, class Backend = DefaultBackend>
GradientReport gradient_check(const Shape& shape, const GradientCheckOptions& options = {}) {
    detail::LayerProbe<Layer, Backend> probe(shape, options);
    probe.differentiate();
    GradientReport report;
    probe.for_each_array([&](const std::string&, std::size_t size, double*, const double* gradient) {
        for (std::size_t i = 0; i < size; ++i)
            report.largest = std::max(report.largest, std::abs(gradient[i]));
    });
    // The gradients are copied, so that they remain those of the unchanged values: value() is called below
    // with changed ones.
    probe.for_each_array([&](const std::string& name, std::size_t size, double* value,
                             const double* gradient) {
        const std::vector<double> analytic(gradient, gradient + size);
        const std::size_t stride = std::max<std::size_t>(1, size / std::max<std::size_t>(options.most, 1));
        for (std::size_t i = 0; i < size; i += stride) {
            const double at = value[i];
            const auto central = [&](double h) {
                value[i] = at + h;
                const double above = probe.value();
                value[i] = at - h;
                const double below = probe.value();
                value[i] = at;
                return (above - below) / (2 * h);
            };
            const double h = options.step * std::max(1.0, std::abs(at));
            const double numeric = (4 * central(h / 2) - central(h)) / 3;
            const double allowed = options.relative * (std::abs(analytic[i]) + std::abs(numeric)) +
                                   options.of_largest * report.largest;
            const double deviation = std::abs(analytic[i] - numeric);
            const double share = is_zero(deviation) ? 0 : deviation / allowed;
            ++report.compared;
            const bool worse = is_finite(report.worst) && !(share <= report.worst);
            if (worse || report.where.empty()) {
                report.worst = share;
                report.analytic = analytic[i];
                report.numeric = numeric;
                report.where = name + "[" + std::to_string(i) + "]";
            }
            if (!is_finite(share) || share > 1) report.passed = false;
        }
    });
    return report;
}

}  // namespace alrao

#pragma GCC diagnostic pop
