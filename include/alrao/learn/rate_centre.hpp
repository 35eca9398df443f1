#pragma once

#include <alrao/learn/centre.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace alrao {

/// The centres of the rates of an optimizer, one for each parameter. Without a policy all of them are 1.
template <class Net>
class RateCentre {
public:
    using T = typename Net::scalar;  ///< scalar type of parameters and gradients
    /// Number of parameters: entries of the table Net::parameters, not elements.
    static constexpr std::size_t parameter_count = Net::parameters.size();

    /// `parameters` [Net::parameter_elements]: before the first step.
    [[gnu::cold]] RateCentre(const std::optional<Centre>& policy, std::span<const T> parameters)
        : name_(policy ? policy->name() : std::string_view()),
          state_(policy ? policy->begin(Net::parameters, parameters.data()) : nullptr) {
        values_.fill(1);
        if (state_ != nullptr) take_values();
    }
    RateCentre(const RateCentre& other)
        : name_(other.name_),
          state_(other.state_ != nullptr ? other.state_->clone() : nullptr),
          values_(other.values_) {}
    RateCentre(RateCentre&& other) noexcept
        : name_(other.name_), state_(std::exchange(other.state_, nullptr)), values_(other.values_) {}
    RateCentre& operator=(RateCentre other) noexcept {
        name_ = other.name_;
        std::swap(state_, other.state_);
        values_ = other.values_;
        return *this;
    }
    ~RateCentre() { delete state_; }

    /// Whether a policy measures the centres.
    [[nodiscard]] bool measured() const { return state_ != nullptr; }
    /// The name of the policy; empty without one.
    [[nodiscard]] std::string_view name() const { return name_; }
    /// The centres of all parameters in the step that was observed last; `restore` does not change them.
    [[nodiscard]] const std::array<double, parameter_count>& values() const { return values_; }

    /// centre::State::estimate of parameter p; 1 without a policy.
    [[nodiscard]] double estimate(std::size_t p) const { return state_ != nullptr ? state_->estimate(p) : 1; }

    /// Computes the centres of a step, see centre::State.
    void observe(std::span<const T> parameters, std::span<const T> gradients, std::uint64_t step,
                 double factor, Threads& threads) {
        if (state_ == nullptr) return;
        state_->observe({.table = Net::parameters,
                         .parameters = parameters.data(),
                         .gradients = gradients.data(),
                         .step = step,
                         .factor = factor,
                         .threads = &threads});
        take_values();
    }
    /// Keeps what the last `observe` has measured: its step is taken.
    void accept() {
        if (state_ != nullptr) state_->accept();
    }

    /// The numbers that are kept between steps, see centre::State; empty without a policy.
    [[nodiscard]] std::span<double> scalars() const {
        return state_ != nullptr ? state_->scalars() : std::span<double>();
    }
    [[nodiscard]] std::span<T> arrays() const {
        return state_ != nullptr ? state_->arrays() : std::span<T>();
    }
    /// Whether `scalars` and `arrays` can replace the kept numbers: as many, finite, and accepted by the
    /// policy.
    [[nodiscard, gnu::cold]] bool accepts(std::span<const double> scalars, std::span<const T> arrays) const {
        const auto finite = [](auto number) { return is_finite(number); };
        if (scalars.size() != this->scalars().size() || arrays.size() != this->arrays().size()) return false;
        if (!std::all_of(scalars.begin(), scalars.end(), finite) ||
            !std::all_of(arrays.begin(), arrays.end(), finite))
            return false;
        return state_ == nullptr || state_->accepts(scalars);
    }
    /// Replaces the kept numbers by `scalars` and `arrays`, for which accepts() must be true.
    [[gnu::cold]] void restore(std::span<const double> scalars, std::span<const T> arrays) {
        if (state_ == nullptr) return;
        std::copy(scalars.begin(), scalars.end(), state_->scalars().begin());
        std::copy(arrays.begin(), arrays.end(), state_->arrays().begin());
    }

private:
    void take_values() {
        for (std::size_t p = 0; p < parameter_count; ++p) values_[p] = state_->of(p);
    }

    std::string_view name_;
    centre::State<T>* state_;
    std::array<double, parameter_count> values_{};
};

}  // namespace alrao
