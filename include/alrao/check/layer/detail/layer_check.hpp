#pragma once

#include <alrao/check/layer/detail/layer_case.hpp>
#include <alrao/check/layer/detail/memory_laws.hpp>
#include <alrao/check/layer/detail/value_laws.hpp>
#include <alrao/check/layer/reference.hpp>
#include <alrao/graph/summary.hpp>
#include <alrao/tensor/fail.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>
#include <type_traits>
#include <vector>

namespace alrao::check {

/// Tests all laws of a layer, for all sizes in the options.
template <class Layer, class Backend, class Reference>
class LayerCheck {
public:
    LayerCheck(const Shape& shape, const LayerCheckOptions& options, const Reference& reference)
        : case_{shape, options, Layer::facts(shape)}, reference_(reference) {
        case_.report.subject =
            message_of({"layer ", std::string_view(Layer::name), ", input ", graph::text_of(shape)});
        if (case_.facts.copies > 0) fail("alrao: check_layer: this layer is a head: use check_head");
        if (case_.facts.refusal)
            fail({"alrao: check_layer: ", std::string_view(Layer::name), " refuses this shape"});
        for (const std::string_view law : options.only)
            if (std::find(layer_law::all.begin(), layer_law::all.end(), law) == layer_law::all.end())
                fail({"alrao: check_layer: .only contains \"", law,
                      "\", which is not one of the laws in layer_law"});
    }

    /// Tests the laws and returns the report.
    [[nodiscard]] CheckReport report() {
        if (wants(layer_law::facts)) layer::facts(case_);
        // A call that writes outside its memory can change any other result, so the other laws are then not tested.
        if (wants(layer_law::bounds)) for_each_case([&] { layer::bounds(case_); });
        if (wants(layer_law::writes)) for_each_case([&] { layer::writes(case_); });
        if (case_.stays_within_memory && case_.report.find(layer_law::writes) == nullptr &&
            wants(layer_law::workspace))
            layer::workspace(case_, fewest_rows());
        for_each_case([&] { laws(); });
        case_.report.is_complete = case_.stays_within_memory;
        return case_.report;
    }

private:
    using Case = LayerCase<Layer, Backend>;
    static constexpr bool has_reference = !std::is_same_v<Reference, NoReference>;
    static constexpr bool has_derivatives =
        requires(const Reference& r, LoneLayer<Layer, Backend, double>& l, Wanted& w,
                 std::vector<Wanted>& p) { r.backward(l, w, p); };

    /// Calls `test` for each size in the options, in training and in prediction. Sizes on which the layer
    /// cannot be trained are tested in prediction only. After a call has written outside its memory, nothing
    /// is tested.
    template <class Test>
    void for_each_case(Test test) {
        const Shape& shape = case_.shape;
        for (const std::size_t batch : case_.options.batches)
            for (const std::size_t steps :
                 shape.per_token ? case_.options.time_steps : std::vector<std::size_t>{1})
                for (const bool training : {true, false}) {
                    case_.at = {batch, steps, training};
                    case_.here = case_.size();
                    if (case_.stays_within_memory && (!training || case_.rows() >= fewest_rows())) test();
                }
    }

    /// Tests the laws about results for the current size.
    void laws() {
        const Facts& facts = case_.facts;
        const bool training = case_.at.training, random = case_.options.random;
        const bool apart = !training || !(facts.normalizes_over_batch || random);
        if (wants(layer_law::threads)) layer::threads(case_);
        if (apart && (wants(layer_law::samples) || wants(layer_law::batch))) layer::samples(case_);
        if (training) {
            const bool keeps_statistics = facts.statistics.size > 0 && !facts.is_fitted_to_inputs;
            if (wants(layer_law::gradients)) layer::gradients(case_);
            if (facts.parameters.size > 0 && wants(layer_law::first))
                layer::first(case_);  // without parameters, backward of a first layer is not called
            if (wants(layer_law::magnitudes)) layer::magnitudes(case_);
            if (apart && !keeps_statistics && wants(layer_law::prediction)) layer::prediction(case_);
        }
        if (facts.elementwise && !facts.moves_nothing && wants(layer_law::in_place)) layer::in_place(case_);
        if constexpr (has_reference) {
            if (!wants(layer_law::reference)) return;
            against_reference<float>();
            against_reference<double>();
        }
    }
    [[nodiscard]] bool wants(std::string_view law) const {
        const auto& only = case_.options.only;
        return only.empty() || std::find(only.begin(), only.end(), law) != only.end();
    }
    [[nodiscard]] std::size_t fewest_rows() const {
        if (case_.options.fewest_rows > 0) return case_.options.fewest_rows;
        return case_.facts.normalizes_over_batch ? 2 : 1;
    }

    /// Compares outputs and, if the reference has backward, gradients with those of the reference.
    template <class T>
    void against_reference() {
        typename Case::template Made<T> layer(case_);
        case_.run(layer);
        Wanted y(layer.output.size()), dx(layer.input.size());
        std::vector<Wanted> dp;
        for (const auto& value : layer.values) dp.emplace_back(value.size());
        if constexpr (requires { reference_.forward(layer, y); }) reference_.forward(layer, y);
        else reference_(layer, y);
        compare("output", layer.output, y);
        if constexpr (has_derivatives) {
            if (!case_.at.training) return;
            reference_.backward(layer, dx, dp);
            if (!case_.facts.needs_to_be_first) compare("input_gradient", layer.input_gradient, dx);
            for (std::size_t p = 0; p < dp.size(); ++p)
                compare(case_.facts.parameters[p].name, layer.gradients[p], dp[p]);
        }
    }
    template <class T>
    void compare(std::string_view name, const AlignedBuffer<T>& got, Wanted& wanted) {
        wanted.complete();
        for (std::size_t i = 0; i < got.size(); ++i) {
            const long double is = got.data()[i],
                              allowed = wanted.slack[i] * std::numeric_limits<T>::epsilon() +
                                        std::numeric_limits<T>::min();
            const bool exact = got.data()[i] == static_cast<T>(wanted.value[i]);
            const bool is_close =
                case_.options.whole_numbers ? exact : std::abs(is - wanted.value[i]) <= allowed;
            case_.report.note(layer_law::reference, is_close,
                              {case_.here, sizeof(T) == 4 ? "in float " : "in double ", name, "[", i, "] is ",
                               got.data()[i], ", the reference gives ", wanted.value[i]});
        }
    }

    Case case_;
    const Reference& reference_;
};

}  // namespace alrao::check
