#pragma once

#include <alrao/check/detail/fence.hpp>
#include <alrao/check/detail/lone_layer.hpp>
#include <alrao/check/gradient_check.hpp>
#include <alrao/check/layer_laws.hpp>
#include <alrao/check/reference.hpp>
#include <alrao/check/report.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

namespace alrao::check {

/// The laws of one layer for one shape. Each function tries one law for one size.
template <class Layer, class Backend, class Reference>
class LayerCheck {
public:
    LayerCheck(const Shape& shape, const LayerCheckOptions& options, const Reference& reference)
        : shape_(shape), options_(options), reference_(reference), facts_(Layer::facts(shape)) {
        report_.subject = message_of({"layer ", Layer::name});
        if (facts_.copies > 0) fail("alrao: check_layer: a head is checked by check_head");
        if (facts_.refusal) fail({"alrao: check_layer: ", Layer::name, " refuses this shape"});
    }

    [[nodiscard]] CheckReport report() {
        facts();
        workspace();
        for (const std::size_t batch : options_.batches)
            for (const std::size_t steps : shape_.per_token ? options_.time_steps : std::vector<std::size_t>{1})
                for (const bool training : {true, false}) {
                    at_ = {batch, steps, training};
                    if (training && rows() < fewest_rows()) continue;
                    all();
                }
        return report_;
    }

private:
    static constexpr bool has_reference = !std::is_same_v<Reference, NoReference>;
    static constexpr bool has_derivatives =
        requires(const Reference& r, LoneLayer<Layer, Backend, double>& l, Wanted& w, std::vector<Wanted>& p) { r.backward(l, w, p); };

    struct Case {
        std::size_t batch = 1, steps = 1;
        bool training = false;
    };

    void all() {
        here_ = size();
        writes();
        threads();
        if (!at_.training || !(facts_.normalizes_over_batch || options_.random)) samples();
        bounds();
        if (at_.training) {
            gradients();
            if (facts_.parameters.size > 0) first();  // else it is not called
            magnitudes();
            if (!facts_.normalizes_over_batch && !options_.random &&
                (facts_.statistics.size == 0 || facts_.is_fitted_to_inputs))
                prediction();
        }
        if (facts_.elementwise && !facts_.moves_nothing) in_place();
        if constexpr (has_reference) {
            against_reference<float>();
            against_reference<double>();
        }
    }

    std::size_t rows() const { return shape_.pixels() * at_.batch * at_.steps; }
    std::size_t fewest_rows() const {
        if (options_.fewest_rows > 0) return options_.fewest_rows;
        return facts_.normalizes_over_batch ? 2 : 1;
    }

    template <class L>
    void fill(L& layer) const {
        fill_layer(layer, options_.seed.value + 100 * at_.batch + shape_.size(), options_.input_scale,
                   options_.whole_numbers);
        layer.training = at_.training;
    }
    template <class L>
    void run(L& layer) const {
        layer.forward();
        if (at_.training) layer.backward();
    }
    /// The layer of the case at hand, with its numbers.
    template <class T>
    struct Made : LoneLayer<Layer, Backend, T> {
        explicit Made(const LayerCheck& of, int count = 1)
            : LoneLayer<Layer, Backend, T>(of.shape_, of.at_.batch, of.at_.steps, count) {
            of.fill(*this);
        }
    };
    std::string size() const {  // of the case at hand
        return message_of({"batch of ", at_.batch, shape_.per_token ? " with " : "",
                           shape_.per_token ? std::to_string(at_.steps) + " time steps" : std::string(),
                           at_.training ? ", training: " : ", prediction: "});
    }
    void note(std::string_view law, const std::string& difference) {
        report_.note(law, difference.empty(), {here_, difference});
    }

    /// Where two layers' results differ in bits, or by more than `relative` of the largest; "": nowhere.
    template <class L>
    std::string difference(const L& a, const L& b, double relative = 0, bool same_input_gradient = true) const {
        std::vector<const decltype(L::output)*> others;
        b.for_each_result(at_.training, [&](std::string_view, const auto& array) { others.push_back(&array); });
        std::string found;
        std::size_t number = 0;
        a.for_each_result(at_.training, [&](std::string_view name, const auto& array) {
            const auto& other = *others[number++];
            if (!found.empty() || (name == "input_gradient" && !same_input_gradient)) return;
            found = different(name, array, other, relative);
        });
        return found;
    }
    template <class T>
    static std::string different(std::string_view name, const AlignedBuffer<T>& a, const AlignedBuffer<T>& b,
                                 double relative) {
        double largest = 0;
        for (const T& x : a.span()) largest = std::max(largest, std::abs(static_cast<double>(x)));
        for (std::size_t i = 0; i < a.size(); ++i) {
            const T x = a.data()[i], y = b.data()[i];
            const auto apart = std::abs(static_cast<double>(x) - static_cast<double>(y));
            if (same_bits(x, y) || apart <= relative * largest) continue;
            return message_of({name, "[", i, "] is ", x, " and ", y});
        }
        return {};
    }

    void facts() {
        for (std::size_t p = 0; p < facts_.parameters.size; ++p) {
            const Parameter& parameter = facts_.parameters[p];
            const bool has_axis = parameter.feature_axis < parameter.extents.rank;
            report_.note(layer_law::facts, has_axis,
                         {parameter.name, " has no axis ", parameter.feature_axis, " of features"});
            report_.note(layer_law::facts, !parameter.name.empty(), {"parameter ", p, " has no name"});
            if (!has_axis) continue;
            const Parameter& last = facts_.parameters[facts_.parameters.size - 1];
            if (parameter.group != last.group) continue;  // computes values that stay inside the layer
            const std::size_t features = parameter.extents[parameter.feature_axis];
            report_.note(layer_law::facts, features == facts_.output.channels(),
                         {parameter.name, " has ", features, " features along its feature axis, the output ",
                          facts_.output.channels(), " channels"});
        }
    }

    void workspace() {
        graph::Node node;
        node.name = Layer::name;
        node.input = shape_;
        node.facts = facts_;
        std::size_t before = 0;
        for (std::size_t rows = shape_.pixels(); rows < 300 * shape_.pixels(); rows += shape_.pixels()) {
            const std::size_t now = Op<Layer>::template workspace<Backend, float>(node, rows, 1);
            report_.note(layer_law::workspace, now >= before,
                         {rows, " rows need ", now, " elements, fewer rows need ", before});
            before = std::max(before, now);
        }
    }

    void writes() {
        Made<float> poisoned(*this), filled(*this);
        filled.unwritten = 1000;
        run(poisoned);
        run(filled);
        poisoned.for_each_result(at_.training, [&](std::string_view name, const auto& array) {
            for (std::size_t i = 0; i < array.size(); ++i)
                report_.note(layer_law::writes, is_finite(array.data()[i]),
                             {here_, name, "[", i, "] is ", array.data()[i], " where memory was NaN before"});
        });
        note(layer_law::writes, difference(poisoned, filled));
    }

    void threads() {
        Made<float> one(*this);
        run(one);
        Made<float> again(*this);
        run(again);
        note(layer_law::threads, difference(one, again));
        run(again);
        note(layer_law::threads, difference(one, again));
        for (const int count : options_.threads) {
            Made<float> split(*this, count);
            run(split);
            const std::string found = difference(one, split);
            report_.note(layer_law::threads, found.empty(), {here_, found, " on 1 and ", count, " threads"});
        }
    }

    /// Numbers of sample b of an array.
    template <class T>
    std::vector<T> of_sample(const AlignedBuffer<T>& array, const Shape* shape, std::size_t b) const {
        const std::size_t steps = shape != nullptr && shape->per_token ? at_.steps : 1;
        return sample_of(array.data(), at_.batch, steps, array.size() / at_.batch / steps, b);
    }

    void samples() {
        Made<float> all(*this);
        LoneLayer<Layer, Backend, float> one(shape_, 1, at_.steps);
        run(all);
        one.values = all.values;
        one.statistics = all.statistics;
        one.training = at_.training;
        one.choose_for(at_.batch);
        for (std::size_t b = 0; b < at_.batch; ++b) {
            // The other samples have other numbers, this one its own.
            Made<float> other(*this);
            fill_layer(other, options_.seed.value + 7777, options_.input_scale, options_.whole_numbers);
            other.values = all.values;
            other.statistics = all.statistics;
            const auto give = [&](AlignedBuffer<float>& to, AlignedBuffer<float>& alone,
                                  const AlignedBuffer<float>& from, const Shape* shape) {
                const std::size_t steps = shape != nullptr && shape->per_token ? at_.steps : 1;
                const std::size_t row = from.size() / at_.batch / steps;
                for (std::size_t t = 0; t < steps; ++t) {
                    const std::size_t at = (t * at_.batch + b) * row;
                    std::copy_n(from.data() + at, row, to.data() + at);
                    std::copy_n(from.data() + at, row, alone.data() + t * row);
                }
            };
            give(other.input, one.input, all.input, &shape_);
            give(other.output_gradient, one.output_gradient, all.output_gradient, &facts_.output);
            give(other.carried, one.carried, all.carried, nullptr);
            run(other);
            run(one);
            const auto same = [&](std::string_view name, const AlignedBuffer<float>& of,
                                  const AlignedBuffer<float>& beside, const AlignedBuffer<float>& alone,
                                  const Shape* shape) {
                const std::vector<float> wanted = of_sample(of, shape, b), got = of_sample(beside, shape, b);
                float largest = 0;
                for (const float x : wanted) largest = std::max(largest, std::abs(x));
                for (std::size_t i = 0; i < wanted.size(); ++i) {
                    report_.note(layer_law::samples, same_bits(wanted[i], got[i]),
                                 {here_, name, "[", i, "] of sample ", b, " is ", wanted[i], ", or ", got[i],
                                  " if other samples change"});
                    const float x = alone.data()[i];
                    const bool near = options_.bitwise ? same_bits(wanted[i], x)
                                                       : std::abs(wanted[i] - x) <= 1e-4F * largest;
                    report_.note(layer_law::batch, near,
                                 {here_, name, "[", i, "] of sample ", b, " is ", wanted[i], ", alone ", x});
                }
            };
            same("output", all.output, other.output, one.output, &facts_.output);
            same("carried_on", all.carried_on, other.carried_on, one.carried_on, nullptr);
            if (at_.training && !facts_.needs_to_be_first)
                same("input_gradient", all.input_gradient, other.input_gradient, one.input_gradient, &shape_);
        }
    }

    void bounds();

    void gradients() {
        if (options_.derivatives == 0) return;
        // Two numbers that are standardized are -1 and 1 whatever they were: their slope is no use.
        if (facts_.normalizes_over_batch && rows() < 3) return;
        const GradientReport found = gradient_check<Layer, Backend>(
            shape_, {.batch = at_.batch,
                     .time_steps = at_.steps,
                     .seed = options_.seed,
                     .step = options_.step,
                     .relative = options_.relative,
                     .of_largest = options_.of_largest,
                     .input_scale = options_.input_scale,
                     .kinks = options_.kinks,
                     .kink_margin = options_.kink_margin,
                     .most = options_.derivatives});
        report_.note(layer_law::gradients, found.passed,
                     {here_, found.where, " has the derivative ", found.analytic, " by backward, ",
                      found.numeric, " by differences of forward"});
    }

    void first() {
        Made<float> usual(*this), without(*this);
        run(usual);
        without.forward();
        without.backward([](Context<float>& context) { context.input_gradient = {}; });
        note(layer_law::first, difference(usual, without, 0, false));
    }

    void prediction() {
        Made<float> learning(*this), predicting(*this);
        learning.forward();
        predicting.training = false;
        predicting.forward();
        at_.training = false;
        const std::string found = difference(learning, predicting);
        at_.training = true;
        report_.note(layer_law::prediction, found.empty(), {here_, found, " in prediction"});
    }

    void in_place() {
        Made<double> apart(*this), together(*this);
        run(apart);
        const bool forward_too = !at_.training || !facts_.backward_needs_input;
        together.forward([&](Context<double>& context) {
            if (!forward_too) return;
            std::copy_n(together.input.data(), together.input.size(), together.output.data());
            context.input = context.output;
        });
        if (at_.training)
            together.backward([&](Context<double>& context) {
                if (!context.input_gradient) return;
                std::copy_n(together.output_gradient.data(), together.output_gradient.size(),
                            together.input_gradient.data());
                context.output_gradient = context.input_gradient;
            });
        note(layer_law::in_place, difference(apart, together));
    }

    void magnitudes();

    template <class T>
    void against_reference() {
        Made<T> layer(*this);
        run(layer);
        Wanted y(layer.output.size()), dx(layer.input.size());
        std::vector<Wanted> dp;
        for (const auto& value : layer.values) dp.emplace_back(value.size());
        if constexpr (requires { reference_.forward(layer, y); }) reference_.forward(layer, y);
        else reference_(layer, y);
        compare("output", layer.output, y);
        if constexpr (has_derivatives) {
            if (!at_.training) return;
            reference_.backward(layer, dx, dp);
            if (!facts_.needs_to_be_first) compare("input_gradient", layer.input_gradient, dx);
            for (std::size_t p = 0; p < dp.size(); ++p)
                compare(facts_.parameters[p].name, layer.gradients[p], dp[p]);
        }
    }
    template <class T>
    void compare(std::string_view name, const AlignedBuffer<T>& got, Wanted& wanted) {
        wanted.complete();
        for (std::size_t i = 0; i < got.size(); ++i) {
            const long double is = got.data()[i], allowed = wanted.slack[i] * std::numeric_limits<T>::epsilon() +
                                                            std::numeric_limits<T>::min();
            const bool exact = got.data()[i] == static_cast<T>(wanted.value[i]);
            const bool near = options_.whole_numbers ? exact : std::abs(is - wanted.value[i]) <= allowed;
            report_.note(layer_law::reference, near,
                         {here_, sizeof(T) == 4 ? "in float " : "in double ", name, "[", i, "] is ",
                          got.data()[i], ", the reference gives ", wanted.value[i]});
        }
    }

    Shape shape_;
    const LayerCheckOptions& options_;
    const Reference& reference_;
    Facts facts_;
    Case at_{};
    std::string here_;
    CheckReport report_;
};

/// All arrays lie between NaN, and rows of values a few numbers apart.
template <class Layer, class Backend, class Reference>
void LayerCheck<Layer, Backend, Reference>::bounds() {
    Made<double> plain(*this), fenced(*this);
    run(plain);
    const std::size_t gap = facts_.moves_nothing ? 0 : 3;
    const auto zones = [&](Fence<double>& fence, ByZone<double*>& place, auto& memory) {
        place = {fence.around(place.per_token, 1, memory[0].size(), memory[0].size(), true),
                 fence.around(place.per_sample, 1, memory[1].size(), memory[1].size(), true),
                 fence.around(place.fixed, 1, memory[2].size(), memory[2].size(), true)};
    };
    const auto enclose = [&](Fence<double>& fence, Context<double>& c, bool backward) {
        fence.around(c.input, gap, false);
        fence.around(c.output, gap, !backward || facts_.moves_nothing);
        fence.around(c.carried, 0, false);
        fence.around(c.carried_on, 0, !backward);
        if (backward) fence.around(c.output_gradient, gap, false);
        if (backward) fence.around(c.input_gradient, gap, true);
        for (std::size_t p = 0; p < fenced.values.size(); ++p) {
            ParameterView<double>& view = c.parameter[p];
            const std::size_t rows = view.rows, columns = view.columns;
            view.value = fence.around(const_cast<double*>(view.value), rows, columns, columns, false);
            view.gradient = fence.around(view.gradient, rows, columns, columns, true);
            view.gradient_magnitude = fence.around(view.gradient_magnitude, 1, columns, columns, true);
        }
        for (std::size_t s = 0; s < fenced.statistics.size(); ++s) {
            const std::size_t count = fenced.statistics[s].size();
            c.statistic[s] = fence.around(c.statistic[s], 1, count, count, false);
        }
        zones(fence, c.saved, fenced.saved);
        zones(fence, c.scratch, backward ? fenced.backward_scratch : fenced.forward_scratch);
        const std::size_t working = fenced.workspace.size();
        c.workspace = fence.around(c.workspace, 1, working, working, true);
        const std::size_t channels = fenced.output_magnitude.size();
        c.output_magnitude = fence.around(c.output_magnitude, 1, channels, channels, true);
    };
    Fence<double> of_forward, of_backward;
    fenced.forward([&](Context<double>& c) { enclose(of_forward, c, false); });
    of_forward.move_back();
    report_.note(layer_law::bounds, of_forward.intact(),
                 {here_, "forward writes beside its memory, or into what it may only read"});
    if (at_.training) {
        fenced.backward([&](Context<double>& c) { enclose(of_backward, c, true); });
        of_backward.move_back();
        report_.note(layer_law::bounds, of_backward.intact(),
                     {here_, "backward writes beside its memory, or into what it may only read"});
    }
    const std::string found = difference(plain, fenced, 1e-9);
    report_.note(layer_law::bounds, found.empty(), {here_, found, " if rows are apart and NaN lies between"});
}

/// The magnitudes by which a diverging feature is noticed, also of numbers that are not finite.
template <class Layer, class Backend, class Reference>
void LayerCheck<Layer, Backend, Reference>::magnitudes() {
    if (facts_.parameters.size == 0) return;  // not asked for
    Made<double> layer(*this);
    run(layer);
    const auto same = [&](std::string_view name, const auto& array, const auto& reported) {
        const std::size_t columns = reported.size();
        std::vector<double> largest(columns);
        for (std::size_t i = 0; i < array.size(); ++i)
            largest[i % columns] = std::max(largest[i % columns], std::abs(array.data()[i]));
        for (std::size_t c = 0; c < columns; ++c)
            report_.note(layer_law::magnitudes, same_bits(largest[c], reported.data()[c]),
                         {here_, "the largest ", name, " of column ", c, " is ", largest[c],
                          ", the layer reports ", reported.data()[c]});
    };
    same("output", layer.output, layer.output_magnitude);
    for (std::size_t p = 0; p < layer.values.size(); ++p)
        same(facts_.parameters[p].name, layer.gradients[p], layer.magnitudes[p]);
    if (facts_.needs_to_be_first) return;
    layer.input.data()[layer.input.size() - 1] = std::numeric_limits<double>::quiet_NaN();
    layer.forward();
    const std::size_t features = layer.output_magnitude.size();
    for (std::size_t i = 0; i < layer.output.size(); ++i)
        report_.note(layer_law::magnitudes,
                     is_finite(layer.output.data()[i]) || !is_finite(layer.output_magnitude.data()[i % features]),
                     {here_, "output[", i, "] is ", layer.output.data()[i], ", the layer reports ",
                      layer.output_magnitude.data()[i % features], " as the largest"});
}

}  // namespace alrao::check
