#pragma once

#include <alrao/learn/detail/polymorphic.hpp>
#include <alrao/meta/list.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/number_text.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <numbers>
#include <string>
#include <type_traits>

#pragma GCC diagnostic push  // operator== of numbers means exactly equal
#pragma GCC diagnostic ignored "-Wfloat-equal"

namespace alrao {

/// Schedule functions. A schedule multiplies all rates, including those of the copies, by a factor
/// from 0 to 1. Each function has `operator()(step)`, which returns the factor of step `step`, counted from
/// 0. The other members are `validate` and, if the length can be open, `over`; see Law.
namespace schedule {

/// Stands for an open length, which `Schedule::over` replaces by the number of steps until the end of the
/// fit.
inline constexpr std::uint64_t whole_fit = 0;

/// @throws ArgumentError unless 0 <= value <= 1
[[gnu::cold]] inline void require_fraction(double value, const char* what) {
    if (is_finite(value) && value >= 0 && value <= 1) return;
    fail({"alrao: schedule: ", what, " must be from 0 to 1, got ", value});
}

/// Progress through `steps` steps: step / steps, at most 1.
/// @throws ArgumentError if the length is open
[[nodiscard]] inline double progress(std::uint64_t step, std::uint64_t steps) {
    if (steps == whole_fit) {
        fail("alrao: schedule: its length is open: set .steps, or call Optimizer::close_schedule");
    }
    return step < steps ? static_cast<double>(step) / static_cast<double>(steps) : 1.0;
}

/// Constant factor 1.
struct Constant {
    void validate() const {}
    [[nodiscard]] double operator()(std::uint64_t) const { return 1; }
    friend constexpr bool operator==(const Constant&, const Constant&) = default;
};

/// Decreases linearly from 1 to `final`: 1 - (1 - final) step / steps, then `final`.
struct Linear {
    std::uint64_t steps = whole_fit;  ///< number of steps until `final`; default: all steps of the fit
    double final = 0;                 ///< factor at the end, from 0 to 1

    void validate() const { require_fraction(final, "Linear's final factor"); }
    [[nodiscard]] double operator()(std::uint64_t step) const {
        const double done = progress(step, steps);
        return is_same_number(done, 1.0) ? final : (1 - done) + final * done;
    }
    [[nodiscard]] Linear over(std::uint64_t total) const {
        return {steps == whole_fit ? total : steps, final};
    }
    friend constexpr bool operator==(const Linear&, const Linear&) = default;
};

/// Decreases from 1 to `final` along half a cosine: final + (1 - final) (1 + cos(pi step / steps)) / 2, then
/// `final`. Source: Loshchilov, Hutter, "SGDR", equation 5, without restarts.
struct Cosine {
    std::uint64_t steps = whole_fit;  ///< number of steps until `final`; default: all steps of the fit
    double final = 0;                 ///< factor at the end, from 0 to 1

    void validate() const { require_fraction(final, "Cosine's final factor"); }
    [[nodiscard]] double operator()(std::uint64_t step) const {
        const double done = progress(step, steps);
        if (is_same_number(done, 1.0)) return final;
        const double height = (1 + std::cos(std::numbers::pi * done)) / 2;
        return height + final * (1 - height);
    }
    [[nodiscard]] Cosine over(std::uint64_t total) const {
        return {steps == whole_fit ? total : steps, final};
    }
    friend constexpr bool operator==(const Cosine&, const Cosine&) = default;
};

/// Warm-up, hold, decay: rises linearly to 1, stays there, and decreases linearly to 0 at the end. With
/// t = step + 1 of T steps: min(1, t / (warm_up T)) min(1, (1 - (t - 1) / T) / decay).
struct WarmUpHoldDecay {
    double warm_up = 0.02;            ///< fraction of the steps in which the factor rises, from 0 to 1
    double decay = 0.7;               ///< fraction of the steps in which it decreases, above 0 and at most 1
    std::uint64_t steps = whole_fit;  ///< number of steps; default: all steps of the fit

    void validate() const {
        require_fraction(warm_up, "WarmUpHoldDecay's warm-up");
        require_fraction(decay, "WarmUpHoldDecay's decay");
        if (is_zero(decay)) fail("alrao: schedule: WarmUpHoldDecay needs a .decay above 0, got 0");
    }
    [[nodiscard]] double operator()(std::uint64_t step) const {
        const double done = progress(step, steps), rising = warm_up * static_cast<double>(steps);
        const double up = rising > 0 ? static_cast<double>(step + 1) / rising : 1;
        return std::min(1.0, up) * std::min(1.0, (1 - done) / decay);
    }
    [[nodiscard]] WarmUpHoldDecay over(std::uint64_t total) const {
        return {warm_up, decay, steps == whole_fit ? total : steps};
    }
    friend constexpr bool operator==(const WarmUpHoldDecay&, const WarmUpHoldDecay&) = default;
};

/// Begins at 1 and is multiplied by `factor` once in `every` steps: factor^floor(step / every).
struct Step {
    std::uint64_t every = 1;  ///< steps between two reductions, at least 1
    double factor = 0.1;      ///< factor of one reduction, from 0 to 1

    void validate() const {
        require_fraction(factor, "Step's factor");
        if (every == 0) fail("alrao: schedule: Step needs .every of 1 or more, got 0");
    }
    [[nodiscard]] double operator()(std::uint64_t step) const {
        return std::pow(factor, static_cast<double>(step / every));
    }
    friend constexpr bool operator==(const Step&, const Step&) = default;
};

/// Decreases as 1 / sqrt(1 + step / scale): 1 at step 0, 1/2 after 3 x `scale` steps.
struct InverseSqrt {
    double scale = 1;  ///< number of steps, above 0; a larger value gives a slower decay

    void validate() const {
        if (is_finite(scale) && scale > 0) return;
        fail({"alrao: schedule: InverseSqrt needs a scale above 0, got ", scale});
    }
    [[nodiscard]] double operator()(std::uint64_t step) const {
        return 1 / std::sqrt(1 + static_cast<double>(step) / scale);
    }
    friend constexpr bool operator==(const InverseSqrt&, const InverseSqrt&) = default;
};

/// A function that a Schedule can hold. A type outside the library that satisfies the concept can be used
/// like the functions above. It can be copied, and has
///
///   double operator()(std::uint64_t step) const   the factor of step `step`, counted from 0; from 0 to 1,
///                                                 and the same for equal steps
///   void validate() const                         throws ArgumentError on settings that make no sense
///
/// Optional: `L over(std::uint64_t total) const` returns the function with an open length set to `total`
/// steps.
template <class L>
concept Law = meta::Copyable<L> && requires(const L law, std::uint64_t step) {
    law.validate();
    { law(step) } -> std::convertible_to<double>;
};

}  // namespace schedule

/// Holds a schedule function of any type: `Schedule s = schedule::Cosine{.final = 0.01};`. The default is
/// constant.
class Schedule {
public:
    Schedule() : Schedule(schedule::Constant{}) {}

    /// @throws ArgumentError if the settings of the function make no sense
    template <class L>
        requires(!std::is_same_v<L, Schedule> && schedule::Law<L>)
    Schedule(const L& law) : law_(new Held<L>(law)) {
        law.validate();
    }

    /// Any other type: a compile-time error with the reason.
    template <class T>
        requires(!std::is_same_v<T, Schedule> && !schedule::Law<T>)
    Schedule(const T&) : Schedule() {
        static_assert(sizeof(T*) == 0,
                      "alrao: a schedule must be schedule::Constant, Linear, Cosine, Step, InverseSqrt, "
                      "WarmUp, or a type of your own with `double operator()(std::uint64_t step) const` "
                      "and `void validate() const`: .schedule = schedule::Cosine{.final = 0.01}");
    }

    /// The factor of step `step`, counted from 0.
    /// @throws ArgumentError if the length is open, or if the function returns a number outside [0, 1]
    [[nodiscard]] double operator()(std::uint64_t step) const {
        const double factor = law_->factor(step);
        schedule::require_fraction(factor, "a factor");
        return factor;
    }

    /// The same schedule; if its length is open, it ends at step `total`. The schedule after a warm-up gets
    /// the remaining steps, at least one.
    [[nodiscard]] Schedule over(std::uint64_t total) const { return law_->over(total); }

    /// Whether both hold functions of the same type that compare equal; false for a type without operator==.
    friend bool operator==(const Schedule& a, const Schedule& b) { return a.law_->equals(*b.law_); }

private:
    struct Interface {
        virtual ~Interface() = default;
        [[nodiscard]] virtual const Interface* clone() const = 0;
        [[nodiscard]] virtual double factor(std::uint64_t step) const = 0;
        [[nodiscard]] virtual Schedule over(std::uint64_t total) const = 0;
        [[nodiscard]] virtual bool equals(const Interface& other) const = 0;
        [[nodiscard]] virtual const void* type() const = 0;  // one address for each type, without RTTI
    };
    template <class L>
    struct Held final : Interface {
        explicit Held(const L& given) : law(given) {}
        [[nodiscard]] const Interface* clone() const override { return new Held(law); }
        [[nodiscard]] double factor(std::uint64_t step) const override { return law(step); }
        [[nodiscard]] Schedule over(std::uint64_t total) const override {
            if constexpr (requires {
                              { law.over(total) } -> std::same_as<L>;
                          })
                return Schedule(law.over(total));
            else return Schedule(law);
        }
        [[nodiscard]] bool equals(const Interface& other) const override {
            if (other.type() != type()) return false;
            if constexpr (std::equality_comparable<L>) return law == static_cast<const Held&>(other).law;
            else return false;
        }
        [[nodiscard]] const void* type() const override { return &type_of_law; }
        static constexpr char type_of_law = 0;
        L law;
    };

    detail::Polymorphic<Interface> law_;
};

namespace schedule {

/// A linear warm-up: (step + 1) / steps for `steps` steps, then the schedule `then` from its step 0. With 0
/// steps it equals `then`.
struct WarmUp {
    std::uint64_t steps = 0;  ///< steps of the warm-up
    Schedule then{};          ///< the schedule after it; by default constant

    void validate() const {}
    [[nodiscard]] double operator()(std::uint64_t step) const {
        if (step < steps) return static_cast<double>(step + 1) / static_cast<double>(steps);
        return then(step - steps);
    }
    [[nodiscard]] WarmUp over(std::uint64_t total) const {
        return {steps, then.over(total > steps ? total - steps : 1)};
    }
    friend bool operator==(const WarmUp&, const WarmUp&) = default;
};

}  // namespace schedule

}  // namespace alrao

#pragma GCC diagnostic pop
