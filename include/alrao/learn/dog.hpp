#pragma once

#include <alrao/graph/parameter_table.hpp>
#include <alrao/kernels/update/distance.hpp>
#include <alrao/learn/centre.hpp>
#include <alrao/learn/rule.hpp>
#include <alrao/learn/weight_average.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/memory.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#pragma GCC diagnostic push  // operator== of numbers means exactly equal
#pragma GCC diagnostic ignored "-Wfloat-equal"

namespace alrao {

namespace centre {

/// Distance over gradients, for each parameter by itself (L-DoG): the centre of a parameter w with initial
/// value x is
///
///   max(start (1 + |x|), largest |w - x|) / sqrt(epsilon + sum of |g|^2)
///
/// with gradient g and Euclidean norms; maximum and sum run over all steps up to the current one.
/// Use it with rule::Sgd and an average of the parameters, as LDog does.
/// Source: Ivgi, Hinder, Carmon, "DoG is SGD's best friend", arXiv 2302.12022, and their package
/// dog-optimizer.
struct Dog {
    static constexpr std::string_view name = "Dog";
    double start = 1e-6;    ///< relative size of the first step, above 0; the authors use 1e-4 with BatchNorm
    double epsilon = 1e-8;  ///< initial value of the sum of squares, above 0

    /// @throws ArgumentError unless both are above 0
    void validate() const {
        rule::check_argument(start > 0, "the start of Dog", "above 0", start);
        rule::check_argument(epsilon > 0, "Dog's epsilon", "above 0", epsilon);
    }
    /// A new State for a network, see Policy.
    template <class T>
    [[nodiscard]] State<T>* begin(std::span<const ParameterEntry> table, const T* parameters) const;

    friend constexpr bool operator==(const Dog&, const Dog&) = default;
};

namespace detail {

template <class T>
class DogState final : public State<T> {
public:
    DogState(const Dog& settings, std::span<const ParameterEntry> table, const T* parameters)
        : table_(table), scalars_(2 * table.size()) {
        std::size_t size = 0, workspace = 0;
        for (const ParameterEntry& entry : table) {
            size = std::max(size, entry.offset + entry.elements());
            workspace = std::max(workspace, kernels::squared_distance_workspace(entry.elements()));
        }
        start_ = AlignedBuffer<T>(size);
        workspace_.resize(workspace);
        for (std::size_t p = 0; p < table.size(); ++p) {
            const T* const from = parameters + table[p].offset;
            double square = 0;
            for (std::size_t i = 0; i < table[p].elements(); ++i)
                square += static_cast<double>(from[i]) * static_cast<double>(from[i]);
            std::copy_n(from, table[p].elements(), start_.data() + table[p].offset);
            scalars_[2 * p] = settings.start * (1 + std::sqrt(square));
            scalars_[2 * p + 1] = settings.epsilon;
        }
        next_ = scalars_;
    }
    [[nodiscard]] State<T>* clone() const override { return new DogState(*this); }

    void observe(const Observation<T>& step) override {
        for (std::size_t p = 0; p < table_.size(); ++p) {
            const std::size_t offset = table_[p].offset;
            const auto [moved, squares] = kernels::squared_distance<OwnTiles<>, T>(
                table_[p].elements(), step.gradients + offset, step.parameters + offset,
                start_.data() + offset, workspace_.data(), *step.threads);
            const double distance = std::max(scalars_[2 * p], std::sqrt(moved));
            const double sum = scalars_[2 * p + 1] + squares;
            const bool usable = is_finite(distance) && is_finite(sum);
            next_[2 * p] = usable ? distance : scalars_[2 * p];
            next_[2 * p + 1] = usable ? sum : scalars_[2 * p + 1];
        }
    }
    void accept() override { scalars_ = next_; }
    [[nodiscard]] double of(std::size_t p) const override {
        return next_[2 * p] / std::sqrt(next_[2 * p + 1]);
    }
    [[nodiscard]] std::span<double> scalars() override { return scalars_; }
    [[nodiscard]] std::span<T> arrays() override { return start_.span(); }
    [[nodiscard]] bool accepts(std::span<const double> scalars) const override {
        return std::all_of(scalars.begin(), scalars.end(), [](double number) { return number > 0; });
    }

private:
    std::span<const ParameterEntry> table_;
    std::vector<double> scalars_,
        next_;                ///< largest distance, and epsilon plus the sum of squares, of each parameter
    AlignedBuffer<T> start_;  ///< the initial parameters
    std::vector<double> workspace_;
};

}  // namespace detail

template <class T>
State<T>* Dog::begin(std::span<const ParameterEntry> table, const T* parameters) const {
    return new detail::DogState<T>(*this, table, parameters);
}

}  // namespace centre

/// L-DoG with its authors' settings: SGD whose rate is computed for each parameter from the distance that it
/// has moved. The model has the average of its parameters after a fit.
/// `OneRateOptimizer optimizer{net, LDog{}};`
/// Source: Ivgi, Hinder, Carmon, arXiv 2302.12022.
struct LDog {
    using Rule = rule::Sgd;
    double rate = 1;        ///< factor of the computed rates
    double start = 1e-6;    ///< relative size of the first step; the authors use 1e-4 with BatchNorm
    double epsilon = 1e-8;  ///< initial value of the sums of squares

    /// The rule without the rate.
    [[nodiscard]] static Rule rule() { return {}; }
    /// The computation of the rates.
    [[nodiscard]] centre::Dog centre() const { return {.start = start, .epsilon = epsilon}; }
    /// The average that belongs to it.
    [[nodiscard]] static average::Polynomial weight_average() { return {}; }
};

}  // namespace alrao

#pragma GCC diagnostic pop
