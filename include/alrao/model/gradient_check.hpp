#pragma once

#include <alrao/kernels/cblas.hpp>
#include <alrao/model/initialization.hpp>
#include <alrao/ops/op.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/message.hpp>
#include <alrao/tensor/number_text.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#pragma GCC diagnostic push  // g++ 12 wrongly reports an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao {

/// Options of gradient_check. A derivative passes if
/// |analytic - numeric| <= relative * (|analytic| + |numeric|) + of_largest * (largest |analytic|).
struct GradientCheckOptions {
    std::size_t batch = 3;        ///< batch size
    std::size_t time_steps = 1;   ///< length of each sequence; use more than 1 for layers of sequences
    Seed seed{1};                 ///< seed of inputs, parameters, output gradients and the layer (Dropout)
    double step = 1e-3;           ///< step of the central differences; half of it is also used
    double relative = 1e-6;       ///< tolerance relative to the derivative
    double of_largest = 1e-9;     ///< tolerance relative to the largest derivative
    double input_scale = 1;       ///< standard deviation of the (normal) inputs
    std::vector<double> kinks{};  ///< points where the layer is not differentiable, such as 0 for ReLU
    double kink_margin = 0.05;    ///< smallest distance of inputs from kinks; use a few times `step`
    bool training = true;         ///< whether forward runs in training or in prediction mode
};

/// Result of gradient_check: the derivative with the largest error.
struct GradientReport {
    bool passed = true;        ///< whether all errors are within the tolerance
    std::size_t compared = 0;  ///< number of derivatives: elements of the input and of all parameters
    double worst = 0;          ///< largest error divided by its tolerance; NaN if a derivative is NaN
    double analytic = 0;       ///< the derivative with the largest error, from backward
    double numeric = 0;        ///< the same derivative, from differences of forward
    double largest = 0;        ///< largest |analytic| of all derivatives
    std::string where;         ///< element with the largest error: "input[7]" or "weight[3]"
};

/// Prints one line: "passed: 12 derivatives, the worst is weight[3]: 0.5 by backward, 0.5 numerically, 2e-05
/// of the error allowed", or "FAILED: ...".
inline std::ostream& operator<<(std::ostream& out, const GradientReport& report) {
    out << (report.passed ? "passed: " : "FAILED: ") << report.compared
        << (report.compared == 1 ? " derivative" : " derivatives");
    if (report.compared == 0) return out;
    return out << message_of({", the worst is ", report.where, ": ", report.analytic, " by backward, ",
                              report.numeric, " numerically, ", report.worst, " of the error allowed"});
}

namespace detail {

/// A single layer in double, with all memory that its facts require.
template <class Layer, class Backend>
class LayerProbe {
public:
    LayerProbe(const Shape& shape, const GradientCheckOptions& options) : options_(options), threads_(1) {
        node_.name = Layer::name;
        node_.input = shape;
        node_.facts = Layer::facts(shape);
        if (options.batch == 0 || options.time_steps == 0)
            fail("alrao: gradient_check: batch and time_steps must be at least 1");
        if (node_.facts.copies > 0)
            fail("alrao: gradient_check: a head needs labels or targets: check it within a network");
        if (node_.facts.refusal) fail("alrao: gradient_check: the layer refuses this input shape");
        const Facts& facts = node_.facts;
        input_ = AlignedBuffer<double>(rows(shape) * shape.channels());
        output_ = AlignedBuffer<double>(rows(facts.output) * facts.output.channels());
        input_gradient_ = AlignedBuffer<double>(input_.size());
        output_gradient_ = AlignedBuffer<double>(output_.size());
        Philox random(options.seed, Stream::initialization, 0);
        const bool words = facts.parameters.size > 0 && facts.parameters[0].role == Role::embedding;
        for (double& x : input_.span())
            x = words ? static_cast<double>(random.below(facts.parameters[0].extents[0]))
                      : draw_input(random);
        for (std::size_t i = 0; i < output_.size(); ++i) cotangent_.push_back(random.normal());
        for (std::size_t p = 0; p < facts.parameters.size; ++p) {
            const std::size_t size = facts.parameters[p].extents.size();
            values_.emplace_back(size);
            gradients_.emplace_back(size);
            for (std::size_t i = 0; i < size; ++i)
                values_[p].data()[i] =
                    (facts.parameters[p].role == Role::scale ? 1 : 0) + 0.5 * random.normal();
        }
        for (std::size_t s = 0; s < facts.statistics.size; ++s) {
            statistics_.emplace_back(facts.statistics[s].size);
            std::fill_n(statistics_[s].data(), statistics_[s].size(), facts.statistics[s].initial);
        }
        carried_ = AlignedBuffer<double>(facts.carried.per_sample * options.batch);
        carried_on_ = carried_;
        for (double& x : carried_.span()) x = 0.5 * random.normal();
        allocate(saved_, facts.saved);
        allocate(forward_scratch_, facts.forward_scratch);
        allocate(backward_scratch_, facts.backward_scratch);
        workspace_ =
            AlignedBuffer<double>(Op<Layer>::template workspace<Backend, double>(node_, rows(shape), 1));
    }

    /// Sum of cotangent * output over all outputs: the scalar whose derivatives are compared.
    double value() {
        Context<double> context = make();
        set(context.scratch, forward_scratch_);
        if (node_.facts.moves_nothing)
            std::copy_n(input_.data(), input_.size(), output_.data());  // share memory in a network
        Op<Layer>::template forward<Backend, double>(context);
        double sum = 0;
        for (std::size_t i = 0; i < output_.size(); ++i) sum += cotangent_[i] * output_.data()[i];
        return sum;
    }

    void differentiate() {
        value();
        std::copy(cotangent_.begin(), cotangent_.end(), output_gradient_.data());
        Context<double> context = make();
        set(context.scratch, backward_scratch_);
        context.output_gradient = block(output_gradient_, node_.facts.output);
        context.input_gradient = block(input_gradient_, node_.input);
        for (std::size_t p = 0; p < gradients_.size(); ++p)
            context.parameter[p].gradient = gradients_[p].data();
        if (node_.facts.moves_nothing)
            std::copy_n(output_gradient_.data(), output_gradient_.size(), input_gradient_.data());
        Op<Layer>::template backward<Backend, double>(context);
    }

    /// Calls f(name, size, values, gradients) for the input and each parameter.
    template <class F>
    void for_each_array(F f) {
        if (!node_.facts.needs_to_be_first)  // else the input has no gradient
            f(std::string("input"), input_.size(), input_.data(), input_gradient_.data());
        for (std::size_t p = 0; p < values_.size(); ++p)
            f(std::string(node_.facts.parameters[p].name), values_[p].size(), values_[p].data(),
              gradients_[p].data());
    }

private:
    std::size_t rows(const Shape& shape) const {
        return shape.pixels() * options_.batch * (shape.per_token ? options_.time_steps : 1);
    }
    double draw_input(Philox& random) const {
        double x = options_.input_scale * random.normal();
        for (const double kink : options_.kinks) {
            const double apart = x - kink;
            if (std::abs(apart) < options_.kink_margin) x += std::copysign(options_.kink_margin, apart);
        }
        return x;
    }
    void allocate(std::array<AlignedBuffer<double>, 3>& zones, const Memory& memory) {
        zones[0] = AlignedBuffer<double>(memory.per_token * options_.batch * options_.time_steps);
        zones[1] = AlignedBuffer<double>(memory.per_sample * options_.batch);
        zones[2] = AlignedBuffer<double>(memory.fixed);
    }
    static void set(ByZone<double*>& zones, std::array<AlignedBuffer<double>, 3>& buffers) {
        zones = {buffers[0].data(), buffers[1].data(), buffers[2].data()};
    }
    Block<double> block(AlignedBuffer<double>& buffer, const Shape& shape) const {
        return {buffer.data(), rows(shape), shape.channels(), shape.channels()};
    }
    Context<double> make() {
        Context<double> context;
        context.node = &node_;
        context.batch_size = options_.batch;
        context.time_steps = options_.time_steps;
        context.training = options_.training;
        context.input = block(input_, node_.input);
        context.output = block(output_, node_.facts.output);
        for (std::size_t p = 0; p < values_.size(); ++p) {
            const Parameter& parameter = node_.facts.parameters[p];
            const std::size_t columns =
                parameter.extents.product(parameter.feature_axis, parameter.extents.rank);
            context.parameter[p] = {values_[p].data(), nullptr, nullptr,
                                    parameter.extents.product(0, parameter.feature_axis), columns};
        }
        for (std::size_t s = 0; s < statistics_.size(); ++s) context.statistic[s] = statistics_[s].data();
        const std::size_t carried = node_.facts.carried.per_sample;
        if (carried > 0) {
            context.carried = {carried_.data(), options_.batch, carried, carried};
            context.carried_on = {carried_on_.data(), options_.batch, carried, carried};
        }
        set(context.saved, saved_);
        context.workspace = workspace_.data();
        context.seed = options_.seed;
        context.threads = &threads_;
        return context;
    }

    GradientCheckOptions options_;
    Threads threads_;
    graph::Node node_{};
    AlignedBuffer<double> input_, output_, input_gradient_, output_gradient_, workspace_, carried_,
        carried_on_;
    std::vector<double> cotangent_;
    std::vector<AlignedBuffer<double>> values_, gradients_, statistics_;
    std::array<AlignedBuffer<double>, 3> saved_, forward_scratch_, backward_scratch_;
};

}  // namespace detail

/// Checks backward of a layer against numeric derivatives of its forward, for a random input of `shape` and
/// random parameters, in double. All elements of the input and the parameters are compared. Numeric
/// derivatives are central differences with steps h and h/2, combined so that the error of second order
/// cancels (Richardson extrapolation). Works for the library's layers and for your own.
/// @throws ArgumentError if the layer is a head, which needs labels, or refuses the shape
template <class Layer, class Backend = DefaultBackend>
GradientReport gradient_check(const Shape& shape, const GradientCheckOptions& options = {}) {
    detail::LayerProbe<Layer, Backend> probe(shape, options);
    probe.differentiate();
    GradientReport report;
    probe.for_each_array([&](const std::string&, std::size_t size, double*, const double* gradient) {
        for (std::size_t i = 0; i < size; ++i)
            report.largest = std::max(report.largest, std::abs(gradient[i]));
    });
    // The gradients belong to the unchanged values; copy them before values are changed.
    probe.for_each_array(
        [&](const std::string& name, std::size_t size, double* value, const double* gradient) {
            const std::vector<double> analytic(gradient, gradient + size);
            for (std::size_t i = 0; i < size; ++i) {
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
