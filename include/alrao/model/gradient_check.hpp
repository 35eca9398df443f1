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

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao {

/// What gradient_check does, and how strictly.
struct GradientCheckOptions {
    std::size_t batch = 3;        ///< samples that the layer is given at once
    std::size_t time_steps = 1;   ///< of each sample; more than 1 for layers of sequences
    Seed seed{1};                 ///< of inputs, parameters, gradients from behind, the layer's own numbers
    double step = 1e-3;           ///< of the central differences; a half of it is also taken
    double relative = 1e-6;       ///< |analytic - numeric| <= relative (|analytic| + |numeric|)
    double of_largest = 1e-9;     ///<     + of_largest x the largest gradient there is
    double input_scale = 1;       ///< inputs are normal times this, ...
    std::vector<double> kinks{};  ///< ... and kept at least kink_margin away from these
    double kink_margin = 0.05;    ///< at least a few `step`s, so that none crosses a kink
    bool training = true;         ///< false: derivatives of what prediction computes
};

/// The worst of all derivatives that were compared.
struct GradientReport {
    bool passed = true;        ///< no derivative is further off than is allowed
    std::size_t compared = 0;  ///< derivatives: of all inputs and all parameters
    double worst = 0;          ///< error as a share of what is allowed; <= 1 passes; NaN: one was
    double analytic = 0;       ///< the worst one, by backward
    double numeric = 0;        ///< the same by differences of forward
    double largest = 0;        ///< largest |analytic|
    std::string where;         ///< "input[7]" or "weight[3]"
};

/// One line: "passed: 12 derivatives, the worst is weight[3]: 0.5 by backward, 0.5 numerically, 2e-05 of
/// the error allowed", or "FAILED: ...".
inline std::ostream& operator<<(std::ostream& out, const GradientReport& report) {
    out << (report.passed ? "passed: " : "FAILED: ") << report.compared
        << (report.compared == 1 ? " derivative" : " derivatives");
    if (report.compared == 0) return out;
    return out << message_of({", the worst is ", report.where, ": ", report.analytic, " by backward, ",
                              report.numeric, " numerically, ", report.worst, " of the error allowed"});
}

namespace detail {

/// One layer by itself, in double, with memory of its own for all that its facts ask for.
template <class Layer, class Backend>
class LayerProbe {
public:
    LayerProbe(const Shape& shape, const GradientCheckOptions& options) : options_(options), threads_(1) {
        node_.name = Layer::name;
        node_.input = shape;
        node_.facts = Layer::facts(shape);
        if (options.batch == 0 || options.time_steps == 0)
            fail("alrao: gradient_check: batch and steps have to be at least 1");
        if (node_.facts.copies > 0)
            fail("alrao: gradient_check: a head's loss comes from labels: check it within a network");
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

    /// Sum of cotangent x output: the scalar whose derivatives are compared.
    double value() {
        Context<double> context = make();
        set(context.scratch, forward_scratch_);
        if (node_.facts.moves_nothing)
            std::copy_n(input_.data(), input_.size(), output_.data());  // planned as one memory
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

    /// f(place, size, values, gradients) for the input and each parameter.
    template <class F>
    void for_each_array(F f) {
        if (!node_.facts.needs_to_be_first)  // nobody would read its gradient
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

/// Compares backward of a layer with numeric derivatives of its forward, in double, for a random
/// input of `shape` and random parameters: every element, by central differences of two steps, their
/// error of second order removed (Richardson).
///
/// Serves the library's own tests and users' layers alike; a head, whose loss comes from labels, is
/// checked within a network instead.
template <class Layer, class Backend = DefaultBackend>
GradientReport gradient_check(const Shape& shape, const GradientCheckOptions& options = {}) {
    detail::LayerProbe<Layer, Backend> probe(shape, options);
    probe.differentiate();
    GradientReport report;
    probe.for_each_array([&](const std::string&, std::size_t size, double*, const double* gradient) {
        for (std::size_t i = 0; i < size; ++i)
            report.largest = std::max(report.largest, std::abs(gradient[i]));
    });
    // The differentiation reads gradients of the unmoved point: keep them before values are moved.
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
