#pragma once

#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/number_text.hpp>

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <type_traits>

#pragma GCC diagnostic push  // operator== of numbers means exactly equal
#pragma GCC diagnostic ignored "-Wfloat-equal"

namespace alrao {

/// Laws of the common factor of all rates, copies included. Each is a value with
/// `operator()(step)`: the factor, in [0, 1], of step `step` counted from 0.
namespace schedule {

/// A length that `Schedule::over` fills in: to the last step of the fit.
inline constexpr std::uint64_t whole_fit = 0;

/// @throws ArgumentError unless 0 <= value <= 1
[[gnu::cold]] inline void require_fraction(double value, const char* what) {
    if (is_finite(value) && value >= 0 && value <= 1) return;
    fail({"alrao: schedule: ", what, " must be from 0 to 1, got ", value});
}

/// Progress through `steps` steps: step / steps, at most 1.
/// @throws ArgumentError if the length is still open
[[nodiscard]] inline double progress(std::uint64_t step, std::uint64_t steps) {
    if (steps == whole_fit) {
        fail("alrao: schedule: its length is open; give .steps, or the fit's with Schedule::over");
    }
    return step < steps ? static_cast<double>(step) / static_cast<double>(steps) : 1.0;
}

/// 1.
struct Constant {
    void validate() const {}
    [[nodiscard]] double operator()(std::uint64_t) const { return 1; }
    friend constexpr bool operator==(const Constant&, const Constant&) = default;
};

/// From 1 to `final` along a line: 1 - (1 - final) step / steps, then `final`.
struct Linear {
    std::uint64_t steps = whole_fit;  ///< batches until `final`; by default those of the fit
    double final = 0;                 ///< factor at the end, from 0 to 1

    void validate() const { require_fraction(final, "Linear's final factor"); }
    [[nodiscard]] double operator()(std::uint64_t step) const {
        const double done = progress(step, steps);
        return is_same_number(done, 1.0) ? final : (1 - done) + final * done;
    }
    friend constexpr bool operator==(const Linear&, const Linear&) = default;
};

/// From 1 to `final` along half a cosine: final + (1 - final) (1 + cos(pi step / steps)) / 2, then
/// `final`. Source: Loshchilov, Hutter, "SGDR", equation 5, without restarts.
struct Cosine {
    std::uint64_t steps = whole_fit;  ///< batches until `final`; by default those of the fit
    double final = 0;                 ///< factor at the end, from 0 to 1

    void validate() const { require_fraction(final, "Cosine's final factor"); }
    [[nodiscard]] double operator()(std::uint64_t step) const {
        const double done = progress(step, steps);
        if (is_same_number(done, 1.0)) return final;
        const double height = (1 + std::cos(std::numbers::pi * done)) / 2;
        return height + final * (1 - height);
    }
    friend constexpr bool operator==(const Cosine&, const Cosine&) = default;
};

/// Multiplied by `factor` after every `every` steps: factor^floor(step / every).
struct Step {
    std::uint64_t every = 1;  ///< batches between two reductions, at least 1
    double factor = 0.1;      ///< of one reduction, from 0 to 1

    void validate() const {
        require_fraction(factor, "Step's factor");
        if (every == 0) fail("alrao: schedule: Step needs .every of 1 or more, got 0");
    }
    [[nodiscard]] double operator()(std::uint64_t step) const {
        return std::pow(factor, static_cast<double>(step / every));
    }
    friend constexpr bool operator==(const Step&, const Step&) = default;
};

/// 1 / sqrt(1 + step / scale): 1 at first, halved after 3 `scale` steps.
struct InverseSqrt {
    double scale = 1;  ///< batches, above 0: a larger one falls more slowly

    void validate() const {
        if (is_finite(scale) && scale > 0) return;
        fail({"alrao: schedule: InverseSqrt needs a scale above 0, got ", scale});
    }
    [[nodiscard]] double operator()(std::uint64_t step) const {
        return 1 / std::sqrt(1 + static_cast<double>(step) / scale);
    }
    friend constexpr bool operator==(const InverseSqrt&, const InverseSqrt&) = default;
};

/// One of the laws above, chosen at run time: what may follow a warm-up.
class AfterWarmUp {
public:
    AfterWarmUp() = default;
    AfterWarmUp(const Constant&) {}
    AfterWarmUp(const Linear& law) : kind_(Kind::linear), number_(law.steps), value_(law.final) {}
    AfterWarmUp(const Cosine& law) : kind_(Kind::cosine), number_(law.steps), value_(law.final) {}
    AfterWarmUp(const Step& law) : kind_(Kind::step), number_(law.every), value_(law.factor) {}
    AfterWarmUp(const InverseSqrt& law) : kind_(Kind::inverse_sqrt), value_(law.scale) {}

    /// @throws ArgumentError as the law's
    void validate() const {
        switch (kind_) {
            case Kind::constant: return;
            case Kind::linear: return Linear{number_, value_}.validate();
            case Kind::cosine: return Cosine{number_, value_}.validate();
            case Kind::step: return Step{number_, value_}.validate();
            case Kind::inverse_sqrt: return InverseSqrt{value_}.validate();
        }
    }
    [[nodiscard]] double operator()(std::uint64_t step) const {
        switch (kind_) {
            case Kind::constant: break;
            case Kind::linear: return Linear{number_, value_}(step);
            case Kind::cosine: return Cosine{number_, value_}(step);
            case Kind::step: return Step{number_, value_}(step);
            case Kind::inverse_sqrt: return InverseSqrt{value_}(step);
        }
        return 1;
    }
    /// With an open length set to `total` steps.
    [[nodiscard]] AfterWarmUp over(std::uint64_t total) const {
        AfterWarmUp closed = *this;
        const bool has_length = kind_ == Kind::linear || kind_ == Kind::cosine;
        if (has_length && number_ == whole_fit) closed.number_ = total;
        return closed;
    }
    friend constexpr bool operator==(const AfterWarmUp&, const AfterWarmUp&) = default;

private:
    enum class Kind : unsigned char { constant, linear, cosine, step, inverse_sqrt };

    Kind kind_ = Kind::constant;
    std::uint64_t number_ = 0;  // steps or every
    double value_ = 0;          // final, factor or scale
};

/// (step + 1) / steps for `steps` steps, then the schedule `then`, counted from its own step 0.
/// 0 steps: `then` alone.
struct WarmUp {
    std::uint64_t steps = 0;  ///< batches of the warm-up
    AfterWarmUp then{};       ///< the law behind it; by default constant

    void validate() const { then.validate(); }
    [[nodiscard]] double operator()(std::uint64_t step) const {
        if (step < steps) return static_cast<double>(step + 1) / static_cast<double>(steps);
        return then(step - steps);
    }
    [[nodiscard]] WarmUp over(std::uint64_t total) const {
        return {steps, then.over(total > steps ? total - steps : 1)};
    }
    friend constexpr bool operator==(const WarmUp&, const WarmUp&) = default;
};

template <class T>
concept Law = std::is_convertible_v<T, AfterWarmUp>;

}  // namespace schedule

/// One of the laws above, chosen at run time: `Schedule s = schedule::Cosine{.final = 0.01};`.
/// The default is constant.
class Schedule {
public:
    Schedule() = default;

    /// @throws ArgumentError on a law with a factor outside [0, 1], an empty period or a bad scale
    template <schedule::Law T>
    Schedule(const T& law) : Schedule(schedule::WarmUp{0, law}) {}
    Schedule(const schedule::WarmUp& law) : law_(law) { law_.validate(); }

    /// Refused in words: laws of one's own, and numbers.
    template <class T>
        requires(!schedule::Law<T> && !std::is_same_v<T, Schedule> &&
                 !std::is_same_v<T, schedule::WarmUp>)
    Schedule(const T&) {
        static_assert(sizeof(T*) == 0,
                      "alrao: a schedule is one of schedule::Constant, Linear, Cosine, Step, InverseSqrt, "
                      "or WarmUp before one of them: .schedule = schedule::Cosine{.final = 0.01}");
    }

    /// The common factor of all rates at `step`, counted from 0.
    /// @throws ArgumentError if the law's length is open
    [[nodiscard]] double operator()(std::uint64_t step) const { return law_(step); }

    /// The same schedule with an open length set to that of a fit of `total` steps; after a
    /// warm-up, to what the warm-up leaves (one step at least).
    [[nodiscard]] Schedule over(std::uint64_t total) const { return Schedule(law_.over(total)); }

    friend bool operator==(const Schedule&, const Schedule&) = default;

private:
    schedule::WarmUp law_;  // others are one of no steps
};

}  // namespace alrao

#pragma GCC diagnostic pop
