#pragma once

#include <alrao/kernels/magnitude.hpp>
#include <alrao/kernels/update/norm.hpp>
#include <alrao/kernels/update/update.hpp>
#include <alrao/learn/clipping.hpp>
#include <alrao/learn/copy_weighting.hpp>
#include <alrao/learn/detail/feature_columns.hpp>
#include <alrao/learn/detail/optimizer_state.hpp>
#include <alrao/learn/divergence.hpp>
#include <alrao/learn/optimizer_options.hpp>
#include <alrao/learn/rates.hpp>
#include <alrao/learn/rule.hpp>
#include <alrao/model/model.hpp>
#include <alrao/ops/detail/live_copies.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <utility>

namespace alrao {

/// Rates, the rule's state, the schedule: all that turns gradients into a step. It sees a network as
/// a table of parameters and one buffer. A step allocates nothing unless it prunes.
template <class Net, UpdateRule Rule>
class Optimizer {
public:
    using T = typename Net::scalar;
    using OptimizedNet = Net;
    using State = OptimizerState<T>;
    static constexpr const auto& table = Net::parameters;
    static constexpr std::size_t parameter_count = table.size();

    /// Steps taken, and the number of the next one.
    [[nodiscard]] std::uint64_t step_number() const { return state_.steps; }
    [[nodiscard]] std::uint64_t schedule_step() const { return state_.schedule_steps; }
    [[nodiscard]] const Schedule& schedule() const { return schedule_; }
    /// The common factor of the next step's rates.
    [[nodiscard]] double schedule_factor() const { return schedule_(state_.schedule_steps); }
    /// Begins another schedule, from its step 0.
    void set_schedule(const Schedule& schedule) {
        schedule_ = schedule;
        state_.schedule_steps = 0;
    }
    /// The same schedule; one of open length ends `more` steps from where it is.
    void close_schedule(std::uint64_t more) { schedule_ = schedule_.over(state_.schedule_steps + more); }

    [[nodiscard]] const Rule& rule() const { return rule_; }
    [[nodiscard]] const OptimizerOptions& options() const { return options_; }
    [[nodiscard]] const CopyWeighting& copy_weighting() const { return copy_weighting_; }
    [[nodiscard]] const Guard& guard() const { return guard_; }
    [[nodiscard]] const std::array<RateRow, parameter_count>& rate_rows() const { return rows_; }

    /// The rates of parameter p: one for each of `rate_rows()[p].period` columns, without the schedule.
    [[nodiscard]] std::span<const T> rates(std::size_t p) const {
        return state_.rates.span().subspan(rows_[p].offset, rows_[p].period);
    }
    /// The largest rate of a feature of parameter p; 0 if it is pruned.
    [[nodiscard]] T rate(std::size_t p, std::size_t feature) const {
        T largest{0};
        const std::span<const T> row = rates(p);
        for (std::size_t at = 0; at < row.size(); ++at)
            if (rates::feature_of(table[p], at) == feature) largest = std::max(largest, row[at]);
        return largest;
    }
    /// The rate of a copy of the head; 0 if it was lost.
    [[nodiscard]] T copy_rate(std::size_t copy) const {
        for (std::size_t p = 0; p < parameter_count; ++p)
            if (table[p].copies > 0) return rate(p, copy);
        return T{0};
    }
    /// Features and copies pruned so far: which, when and why.
    [[nodiscard]] std::span<const Divergence> pruned() const { return state_.pruned; }

    /// @throws ArgumentError if it was moved from
    [[gnu::cold]] void require_state() const {
        if (state_.rates.size() != rates::elements(rows_))
            fail("alrao: this optimizer was moved from and has no rates: assign one to it first");
    }
    /// @throws ArgumentError if it was made for another model than `net`, see ModelIdentity
    void require_made_for(const Net& net) const {
        if (net.identity().token() && !(net.identity().token() == made_for_)) [[unlikely]]
            fail(
                "alrao: this optimizer was made for another model of the same type, to which its rates "
                "and what it remembers belong: make one for this model");
    }
    /// The smallest and the largest rate that this optimizer was made with; equal for one rate.
    [[nodiscard]] std::pair<double, double> rate_interval() const { return {least_rate_, most_rate_}; }
    [[nodiscard]] const State& state() const { return state_; }
    /// For loading: `remeasure` has to follow a change.
    [[nodiscard]] State& state() { return state_; }

    /// Finds the bounds by which steps are judged anew: after somebody else changed the parameters or
    /// this state. One pass over both.
    /// @throws ArgumentError if the model or this was moved from, or this was made for another model
    [[gnu::cold]] void remeasure(const Net& net) {
        require_numbers(net);
        require_state();
        require_made_for(net);
        copy_weighting_.averaging.require_consistent(net.posterior());
        Threads alone;
        using Backend = OwnTiles<>;
        const std::size_t states = rule_.states();
        for (std::size_t p = 0; p < parameter_count; ++p) {
            const ParameterEntry& entry = table[p];
            largest_parameter_[p] = kernels::magnitude<Backend, T>(
                net.parameter_buffer().data() + entry.offset, entry.elements(), alone);
            largest_state_[p] = T{0};
            for (std::size_t k = 0; k < states; ++k)
                largest_state_[p] = magnitude_max(
                    largest_state_[p],
                    kernels::magnitude<Backend, T>(memory(k) + entry.offset, entry.elements(), alone));
        }
        scaled_by_ = unscaled;
    }

    /// Takes back what the steps since `before` was copied have pruned, if none of them was taken.
    [[gnu::cold]] void put_back(State&& before) {
        state_ = std::move(before);
        scaled_by_ = unscaled;
    }

    // ---- what a step is made of; learn/step.hpp puts it together --------------------------------

    /// Makes the next step's rates, and clips the trunk's gradient: first feature by feature, then
    /// what is left of it as a whole. Pruned features have no gradient, and no part in its norm.
    template <class Backend>
    void prepare(std::span<T> gradients, Threads& threads) {
        const double factor = schedule_factor();
        if (!is_same_number(scaled_by_, factor)) {
            for (std::size_t p = 0; p < parameter_count; ++p) scale_row(p, static_cast<T>(factor));
            scaled_by_ = factor;
        }
        require_states({.step = state_.steps + 1, .factor = scaled_by_});
        if (!state_.pruned.empty()) clear_pruned(gradients);
        if (options_.clip_feature_norm)
            clip_features_.template clip<Backend>(*options_.clip_feature_norm, gradients, threads);
        if (!options_.clip_norm) return;
        const std::size_t end = trunk_elements();
        const double norm = std::sqrt(kernels::sum_of_squares<Backend, T>(gradients.data(), end, threads));
        const double share = *options_.clip_norm / (norm + clip_epsilon);
        if (share < 1) kernels::scale<Backend, T>(gradients.data(), end, static_cast<T>(share), threads);
    }

    /// Whether parameter p and its state surely stay finite, given its largest |gradient|.
    [[nodiscard]] bool surely_finite(std::size_t p, T largest_gradient) const {
        const double bound = rule_.bound(moment(p), {.rate = static_cast<double>(largest_rate_[p]),
                                                     .gradient = static_cast<double>(largest_gradient),
                                                     .parameter = static_cast<double>(largest_parameter_[p]),
                                                     .state = static_cast<double>(largest_state_[p])});
        return is_finite(bound) && bound < static_cast<double>(std::numeric_limits<T>::max()) / 4;
    }

    /// What the update would leave of parameter p: the largest |parameter| or |state| of each of the
    /// period's columns, valid until the next call.
    template <class Backend>
    std::span<const T> trial(const Net& net, std::span<const T> gradients, std::size_t p, Threads& threads) {
        rule_.template with_step<T>(moment(p), [&]<class Step>(const Step& step) {
            kernels::trial_update<Backend, T>(
                step, extent(p), scaled_rate(p), gradients.data() + table[p].offset,
                net.parameter_buffer().data() + table[p].offset,
                std::as_const(*this).template states_of<Step>(p), magnitudes(), threads);
        });
        for (std::size_t c = 0; c < rows_[p].period; ++c)
            of_parameter_.data()[c] = magnitude_max(of_parameter_.data()[c], of_state_.data()[c]);
        for (std::size_t j = 0; j < table[p].copies; ++j)
            if (net.posterior().retired[j] != 0)
                std::fill_n(of_parameter_.data() + j * table[p].inner, table[p].inner, T{0});
        return of_parameter_.span().first(rows_[p].period);
    }

    /// The step itself. Retired copies stay as they are.
    template <class Backend>
    void update(Net& net, std::span<const T> gradients, Threads& threads) {
        const bool watch = guard_.policy != OnDivergence::ignore;
        const LiveCopies<copies> live(net.posterior().retired.data());
        for (std::size_t p = 0; p < parameter_count; ++p) {
            const std::size_t states =
                rule_.template with_step<T>(moment(p), [&]<class Step>(const Step& step) {
                    const T* const gradient = gradients.data() + table[p].offset;
                    T* const parameter = net.parameter_buffer().data() + table[p].offset;
                    const auto memory = this->template states_of<Step>(p);
                    const auto largest = watch ? magnitudes() : kernels::Magnitudes<T>{};
                    if (table[p].copies == 0 || live.all()) {
                        kernels::update<Backend, T>(step, extent(p), scaled_rate(p), gradient, parameter,
                                                    memory, largest, threads);
                    } else {
                        std::fill_n(of_parameter_.data(), rows_[p].period, T{0});
                        std::fill_n(of_state_.data(), rows_[p].period, T{0});
                        for (const CopyRun& run : live)
                            kernels::update_columns<Backend, T>(step, extent(p), columns_of(run, p),
                                                                scaled_rate(p), gradient, parameter, memory,
                                                                largest, threads);
                    }
                    return Step::states;
                });
            if (!watch) continue;
            const std::size_t period = rows_[p].period;
            largest_parameter_[p] = kernels::magnitude<Backend, T>(of_parameter_.data(), period, threads);
            if (states > 0)
                largest_state_[p] = kernels::magnitude<Backend, T>(of_state_.data(), period, threads);
        }
        ++state_.steps;
        ++state_.schedule_steps;
    }

    /// Sets all that belongs to one feature of a group to 0: its parameters, the rule's state, its
    /// rates, and its gradients of this step.
    [[gnu::cold]] void prune(Net& net, std::span<T> gradients, std::size_t group, std::size_t feature) {
        for (std::size_t p = 0; p < parameter_count; ++p) {
            if (table[p].group != group) continue;
            detail::clear_feature(net.parameter_buffer().data(), table[p], feature);
            detail::clear_feature(gradients.data(), table[p], feature);
            for (std::size_t k = 0; k < rule_.states(); ++k)
                detail::clear_feature(memory(k), table[p], feature);
            for (std::size_t at = 0; at < rows_[p].period; ++at) {
                T& rate = state_.rates.data()[rows_[p].offset + at];
                if (rates::feature_of(table[p], at) != feature || is_zero(rate)) continue;
                rate = T{0};
                scaled_by_ = unscaled;
            }
        }
    }

    /// Whether any parameter of a feature of a group is not 0.
    [[gnu::cold]] static bool lives(const Net& net, std::size_t group, std::size_t feature) {
        const T* const buffer = net.parameter_buffer().data();
        return std::any_of(table.begin(), table.end(), [&](const ParameterEntry& entry) {
            return entry.group == group && detail::feature_lives(buffer, entry, feature);
        });
    }

    /// Sets the parameters of feature `feature` of parameter p to 0: a pruned one's in another
    /// model.
    [[gnu::cold]] void zero_feature(Net& net, std::size_t p, std::size_t feature) const {
        detail::clear_feature(net.parameter_buffer().data(), table[p], feature);
    }

    /// Sets the gradients of a copy of the head to 0, which nobody computes from now on.
    [[gnu::cold]] static void clear_gradients(std::span<T> gradients, std::size_t copy) {
        for (std::size_t p = 0; p < parameter_count; ++p)
            if (table[p].copies > 0) detail::clear_feature(gradients.data(), table[p], copy);
    }

    /// Whether feature `feature` of parameter p is pruned.
    [[nodiscard]] bool is_pruned(std::size_t p, std::size_t feature) const {
        return !(state_.rates.data()[rows_[p].offset + feature * table[p].inner] > 0);
    }

protected:
    [[gnu::cold]] Optimizer(const Net& net, Rule rule, OptimizerOptions options, const Guard& usual_guard)
        : made_for_(net.identity().token()),
          rule_(std::move(rule)),
          options_(std::move(options)),
          copy_weighting_{options_.averaging, options_.likelihood, options_.retirement},
          guard_(options_.guard ? *options_.guard : usual_guard),
          schedule_(options_.schedule),
          rows_(rates::lay_out(table, options_.rate_groups)) {
        rule_.validate();
        require_states({});
        guard_.validate();
        copy_weighting_.validate(copies);
        require_clip(options_.clip_norm, "clip_norm");
        require_clip(options_.clip_feature_norm, "clip_feature_norm");
        std::size_t longest = 0;
        for (const RateRow& row : rows_) longest = std::max(longest, row.period);
        state_.rates = AlignedBuffer<T>(rates::elements(rows_));
        state_.memory = AlignedBuffer<T>(rule_.states() * Net::parameter_elements);
        state_.limits.assign(Net::node_count, 0);
        scaled_ = AlignedBuffer<T>(rates::elements(rows_));
        of_parameter_ = AlignedBuffer<T>(longest);
        of_state_ = AlignedBuffer<T>(longest);
        if (options_.clip_feature_norm) clip_features_.allocate();
        remeasure(net);
    }

    /// What the constructor of a derived class draws the rates from.
    void set_rate_interval(double min, double max) {
        least_rate_ = min;
        most_rate_ = max;
    }
    /// Where the constructor of a derived class writes the rates of parameter p.
    std::span<T> rate_row(std::size_t p) {
        return state_.rates.span().subspan(rows_[p].offset, rows_[p].period);
    }

private:
    /// A rule may choose its step by settings, scalar and number of the step: each has to fit the memory.
    void require_states(rule::Moment moment) const {
        for (const bool copies_too : {false, true}) {
            moment.copies = copies_too;
            const std::size_t kept = rule_.template with_step<T>(
                moment, []<class Step>(const Step&) { return detail::buffers_of<Step>(); });
            if (kept > rule_.states()) [[unlikely]]
                fail({"alrao: this rule says that it keeps ", rule_.states(), " buffers, and its step keeps ",
                      kept});
        }
    }

    static constexpr double unscaled = -1;  // no schedule gives it
    static constexpr std::size_t copies = Net::copies > 0 ? Net::copies : 1;

    static Range columns_of(const CopyRun& run, std::size_t p) {
        return {run.first * table[p].inner, (run.first + run.count) * table[p].inner};
    }
    [[gnu::cold]] static void require_clip(const std::optional<double>& norm, const char* name) {
        if (norm && !(is_finite(*norm) && *norm > 0))
            fail({"alrao: ", name, " must be a number above 0, got ", *norm,
                  "; leave it out to clip nothing"});
    }

    T* memory(std::size_t k) { return state_.memory.data() + k * Net::parameter_elements; }
    const T* memory(std::size_t k) const { return state_.memory.data() + k * Net::parameter_elements; }
    rule::Moment moment(std::size_t p) const {
        return {.step = state_.steps + 1, .factor = scaled_by_, .copies = table[p].copies > 0};
    }
    kernels::Rows extent(std::size_t p) const { return {rows_[p].rows, rows_[p].period}; }
    const T* scaled_rate(std::size_t p) const { return scaled_.data() + rows_[p].offset; }
    kernels::Magnitudes<T> magnitudes() { return {of_parameter_.data(), of_state_.data()}; }

    template <class Step>
    std::array<T*, Step::states> states_of(std::size_t p) {
        std::array<T*, Step::states> pointers{};
        for (std::size_t k = 0; k < Step::states; ++k) pointers[k] = memory(k) + table[p].offset;
        return pointers;
    }
    template <class Step>
    std::array<const T*, Step::states> states_of(std::size_t p) const {
        std::array<const T*, Step::states> pointers{};
        for (std::size_t k = 0; k < Step::states; ++k) pointers[k] = memory(k) + table[p].offset;
        return pointers;
    }

    void scale_row(std::size_t p, T factor) {
        const T* from = state_.rates.data() + rows_[p].offset;
        T* to = scaled_.data() + rows_[p].offset;
        T largest{0};
        for (std::size_t at = 0; at < rows_[p].period; ++at) {
            to[at] = from[at] * factor;
            largest = std::max(largest, to[at]);
        }
        largest_rate_[p] = largest;
    }

    [[gnu::cold]] void clear_pruned(std::span<T> gradients) const {
        for (std::size_t p = 0; p < parameter_count; ++p)
            for (std::size_t feature = 0; feature < table[p].features; ++feature)
                if (is_pruned(p, feature)) detail::clear_feature(gradients.data(), table[p], feature);
    }

    /// The trunk's parameters lie before the head's.
    static constexpr std::size_t trunk_elements() {
        for (const ParameterEntry& entry : table)
            if (entry.copies > 0) return entry.offset;
        return Net::parameter_elements;
    }

    ModelToken made_for_;
    double least_rate_ = 0, most_rate_ = 0;
    Rule rule_;
    OptimizerOptions options_;
    CopyWeighting copy_weighting_;
    Guard guard_;
    Schedule schedule_;
    std::array<RateRow, parameter_count> rows_;
    State state_;
    AlignedBuffer<T> scaled_;  ///< rates x schedule
    double scaled_by_ = unscaled;
    FeatureClipping<Net> clip_features_{};
    AlignedBuffer<T> of_parameter_, of_state_;  ///< largest magnitudes of one parameter's columns
    std::array<T, parameter_count> largest_rate_{}, largest_parameter_{}, largest_state_{};
};

}  // namespace alrao
