#pragma once

#include <alrao/graph/parameter_table.hpp>
#include <alrao/kernels/update/average.hpp>
#include <alrao/learn/detail/feature_columns.hpp>
#include <alrao/learn/schedule.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>

#pragma GCC diagnostic push  // operator== of numbers means exactly equal
#pragma GCC diagnostic ignored "-Wfloat-equal"

namespace alrao {

/// Averages of the parameters over the steps of a training, which often predict better than the last
/// parameters. In each step A <- A + share (w - A); w are the parameters after the step, A is the average.
/// The laws below define the share of step t = 1, 2, ... (their `operator()` gets t - 1); the first
/// share is 1.
namespace average {

/// Polynomial decay: share (power + 1) / (t + power). With a power of 0, A is the mean of all steps; a larger
/// power gives later steps more weight. Needs no length of the training.
/// Source: Shamir and Zhang, arXiv 1212.1824.
struct Polynomial {
    double power = 8;                ///< 0 or more
    using weighs_parameters = void;  ///< see Law

    void validate() const {
        if (!is_finite(power) || power < 0)
            fail({"alrao: average::Polynomial: the power must be 0 or more, got ", power});
    }
    [[nodiscard]] double operator()(std::uint64_t step) const {
        return (power + 1) / (static_cast<double>(step + 1) + power);
    }
    friend constexpr bool operator==(const Polynomial&, const Polynomial&) = default;
};

/// Exponential decay after a mean: share max(1 / t, 1 - decay). Needs no length of the training.
struct Exponential {
    double decay = 0.999;  ///< from 0 to 1; A is a mean over about 1 / (1 - decay) steps (1: over all steps)
    using weighs_parameters = void;  ///< see Law

    void validate() const { schedule::require_fraction(decay, "average::Exponential's decay"); }
    [[nodiscard]] double operator()(std::uint64_t step) const {
        return std::max(1 / static_cast<double>(step + 1), 1 - decay);
    }
    friend constexpr bool operator==(const Exponential&, const Exponential&) = default;
};

/// Exponential decay whose memory is a fraction of the training: share max(1 / t, 1 / max(1, fraction T)) in
/// a training of T steps. A is a mean over about the last fraction T steps.
struct Window {
    double fraction = 0.05;                     ///< above 0, at most 1
    std::uint64_t steps = schedule::whole_fit;  ///< T; default: all steps of the fit
    using weighs_parameters = void;             ///< see Law

    void validate() const {
        schedule::require_fraction(fraction, "average::Window's fraction");
        if (is_zero(fraction)) fail("alrao: average::Window needs a .fraction above 0, got 0");
    }
    [[nodiscard]] double operator()(std::uint64_t step) const {
        if (steps == schedule::whole_fit)
            fail("alrao: average::Window: its length is open: set .steps, or call Optimizer::close_schedule");
        const double window = std::max(1.0, fraction * static_cast<double>(steps));
        return std::max(1 / static_cast<double>(step + 1), 1 / window);
    }
    [[nodiscard]] Window over(std::uint64_t total) const {
        return {fraction, steps == schedule::whole_fit ? total : steps};
    }
    friend constexpr bool operator==(const Window&, const Window&) = default;
};

/// A law of a weight average: a function object whose `operator()(step)` returns the share of step `step`,
/// counted from 0: from 0 to 1, and 1 in step 0. Its members are those of schedule::Law, and a type
/// `weighs_parameters` (of any kind), which distinguishes it from a schedule.
template <class L>
concept Law = schedule::Law<L> && requires { typename L::weighs_parameters; };

}  // namespace average

/// Which average of the parameters an optimizer keeps: `WeightAveraging a = average::Polynomial{};`
class WeightAveraging {
public:
    /// @throws ArgumentError if the settings of the law make no sense
    template <class L>
        requires(!std::is_same_v<L, WeightAveraging> && average::Law<L>)
    WeightAveraging(const L& law) : share_(law) {}

    /// The share of step `step`, counted from 0.
    /// @throws ArgumentError if the length is open
    [[nodiscard]] double share(std::uint64_t step) const { return share_(step); }
    /// The same law; if its length is open, it ends at step `total`.
    [[nodiscard]] WeightAveraging over(std::uint64_t total) const {
        WeightAveraging closed = *this;
        closed.share_ = share_.over(total);
        return closed;
    }

private:
    Schedule share_;
};

/// An average of the parameters of a model, kept by its optimizer. `exchange` puts the average into the
/// model, and keeps the model's parameters and statistics until `exchange_back`.
template <class Net>
class WeightAverage {
public:
    using T = typename Net::scalar;  ///< scalar type of the parameters

    /// `law`: no average if it is empty, unless `of_rule`. `of_rule`: there is no law, and the average is
    /// computed from the buffers of the rule by `compute`.
    explicit WeightAverage(const std::optional<WeightAveraging>& law, bool of_rule = false)
        : law_(law), enabled_(law.has_value() || of_rule), numbers_(enabled_ ? Net::parameter_elements : 0) {}

    /// Whether there is an average.
    [[nodiscard]] bool enabled() const { return enabled_; }
    /// The number of steps in the average.
    [[nodiscard]] std::uint64_t steps() const { return steps_; }
    /// The average [Net::parameter_elements]; empty if none is kept.
    [[nodiscard]] std::span<const T> numbers() const { return numbers_.span(); }

    /// Sets an open length of the law: it ends after `more` further steps.
    void close(std::uint64_t more) {
        if (law_) law_ = law_->over(steps_ + more);
    }
    /// Checks that `add` can compute the share of the next step.
    /// @throws ArgumentError if the length of the law is open
    void require_share() const {
        if (law_) static_cast<void>(law_->share(steps_));
    }
    /// Adds the parameters [Net::parameter_elements] after a step to the average.
    /// @throws ArgumentError if the length of the law is open
    template <class Backend>
    void add(std::span<const T> parameters, Threads& threads) {
        if (!enabled_) return;
        if (law_)
            kernels::average_into<Backend, T>(parameters.data(), parameters.size(),
                                              static_cast<T>(law_->share(steps_)), numbers_.data(), threads);
        ++steps_;
    }
    /// For an average of the rule: sets it to parameters + factor * buffer, both [Net::parameter_elements].
    /// No effect if the model has the average.
    [[gnu::cold]] void compute(std::span<const T> parameters, const T* buffer, double factor) {
        if (exchanged_) return;
        for (std::size_t i = 0; i < parameters.size(); ++i)
            numbers_.data()[i] = parameters[i] + static_cast<T>(factor) * buffer[i];
    }
    /// Whether the model has the average, and `numbers()` are the parameters of the training.
    [[nodiscard]] bool exchanged() const { return exchanged_; }
    /// Exchanges the parameters of the model with the average. No effect without an average, before the first
    /// step, or if the model already has the average.
    [[gnu::cold]] void exchange(Net& net) {
        if (!enabled_ || exchanged_ || steps_ == 0) return;
        const std::span<T> statistics = net.statistic_buffer();
        statistics_ = AlignedBuffer<T>(statistics.size());
        std::copy(statistics.begin(), statistics.end(), statistics_.data());
        swap_numbers(net);
        given_ = checksum(net);
        exchanged_ = true;
    }
    /// Gives the parameters and statistics of the training back to the model, and keeps the average. If the
    /// parameters of the model were changed since `exchange`, they stay as they are, and a new average
    /// begins.
    [[gnu::cold]] void exchange_back(Net& net) {
        if (!exchanged_) return;
        exchanged_ = false;
        if (checksum(net) != given_) {
            steps_ = 0;
            std::fill_n(numbers_.data(), numbers_.size(), T{0});
            return;
        }
        swap_numbers(net);
        std::copy(statistics_.span().begin(), statistics_.span().end(), net.statistic_buffer().begin());
    }
    /// The statistics of the training while the model has the average; else empty.
    [[nodiscard]] std::span<const T> statistics() const {
        return statistics_.span().first(exchanged_ ? statistics_.size() : 0);
    }

    /// Sets the numbers of one feature of a parameter to 0.
    [[gnu::cold]] void clear_feature(const ParameterEntry& entry, std::size_t feature) {
        if (enabled_) detail::clear_feature(numbers_.data(), entry, feature);
    }
    /// Replaces the whole state. `numbers`: as numbers(). `statistics`: as statistics(), empty unless
    /// `exchanged`. `exchanged`: whether the model has the average.
    [[gnu::cold]] void restore(std::span<const T> numbers, std::uint64_t steps, std::span<const T> statistics,
                               bool exchanged) {
        std::copy(numbers.begin(), numbers.end(), numbers_.data());
        steps_ = steps;
        exchanged_ = exchanged;
        statistics_ = AlignedBuffer<T>(statistics.size());
        std::copy(statistics.begin(), statistics.end(), statistics_.data());
    }
    /// Call it after `restore` with the model: stores the checksum of its parameters, from which
    /// `exchange_back` recognises whether they were changed.
    [[gnu::cold]] void recognise(const Net& net) { given_ = checksum(net); }

private:
    void swap_numbers(Net& net) {
        std::swap_ranges(numbers_.span().begin(), numbers_.span().end(), net.parameter_buffer().begin());
    }
    /// A hash of the bits of all parameters (FNV-1a on words).
    [[nodiscard]] static std::uint64_t checksum(const Net& net) {
        using Word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
        std::uint64_t hash = 14695981039346656037U;
        for (const T number : net.parameter_buffer())
            hash = (hash ^ std::bit_cast<Word>(number)) * 1099511628211U;
        return hash;
    }

    std::optional<WeightAveraging> law_;
    bool enabled_;
    AlignedBuffer<T> numbers_;
    std::uint64_t steps_ = 0;
    bool exchanged_ = false;
    std::uint64_t given_ = 0;        ///< checksum of the average that the model got
    AlignedBuffer<T> statistics_{};  ///< of the training
};

}  // namespace alrao

#pragma GCC diagnostic pop
