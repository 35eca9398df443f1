#pragma once

#include <alrao/check/detail/same_bits.hpp>
#include <alrao/check/layer/detail/lone_layer.hpp>
#include <alrao/check/layer/laws.hpp>
#include <alrao/check/report.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace alrao::check {

/// A layer to check: its input shape, options and facts, the size that is tested now, and the report.
template <class Layer, class Backend>
struct LayerCase {
    using layer_type = Layer;
    using backend_type = Backend;

    /// Fills the arrays of `layer` with random numbers, the same ones each time.
    template <class L>
    void fill(L& layer) const {
        fill_layer(layer, options.seed.value + 100 * at.batch + shape.size(), options.input_scale,
                   options.whole_numbers);
        layer.training = at.training;
    }
    /// Calls forward and, in training, backward.
    template <class L>
    void run(L& layer) const {
        layer.forward();
        if (at.training) layer.backward();
    }
    /// A layer of the current size, filled with random numbers; `count`: number of threads.
    template <class T>
    struct Made : LoneLayer<Layer, Backend, T> {
        explicit Made(const LayerCase& of, int count = 1)
            : LoneLayer<Layer, Backend, T>(of.shape, of.at.batch, of.at.steps, count) {
            of.fill(*this);
        }
    };
    std::string size() const {  // of the current case, as text
        return message_of({"batch of ", at.batch, shape.per_token ? " with " : "",
                           shape.per_token ? std::to_string(at.steps) + " time steps" : std::string(),
                           at.training ? ", training: " : ", prediction: "});
    }
    /// Notes one case of a law, which holds if `difference` is empty.
    void note(std::string_view law, const std::string& difference) {
        report.note(law, difference.empty(), {here, difference});
    }

    /// A text that names the first number in which the results of two layers differ; empty if there is none.
    /// Numbers differ if their distance is above `relative` times the largest magnitude of the array. With
    /// the default 0 only equal numbers (or equal bits of NaN) do not differ.
    template <class L>
    std::string difference(const L& a, const L& b, double relative = 0,
                           bool same_input_gradient = true) const {
        std::vector<const decltype(L::output)*> others;
        b.for_each_result(at.training,
                          [&](std::string_view, const auto& array) { others.push_back(&array); });
        std::string found;
        std::size_t number = 0;
        a.for_each_result(at.training, [&](std::string_view name, const auto& array) {
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

    /// The numbers of sample b in an array. `numbers`: shape of one sample; null for a carried state.
    template <class T>
    std::vector<T> of_sample(const AlignedBuffer<T>& array, const Shape* numbers, std::size_t b) const {
        const std::size_t steps = numbers != nullptr && numbers->per_token ? at.steps : 1;
        return sample_of(array.data(), at.batch, steps, array.size() / at.batch / steps, b);
    }

    /// Number of rows of the input: pixels x samples x time steps.
    [[nodiscard]] std::size_t rows() const { return shape.pixels() * at.batch * at.steps; }

    struct Size {
        std::size_t batch = 1, steps = 1;
        bool training = false;
    };

    Shape shape;
    const LayerCheckOptions& options;
    Facts facts;
    CheckReport report{};
    bool stays_within_memory = true;  ///< false: some call wrote outside its memory
    Size at{};
    std::string here{};  ///< the current case as text
};

}  // namespace alrao::check
