#pragma once

#include <alrao/check/detail/same_bits.hpp>
#include <alrao/check/report.hpp>
#include <alrao/check/rule/laws.hpp>
#include <alrao/kernels/update/update.hpp>
#include <alrao/learn/update_rule.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/philox.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace alrao::check {

/// Tests the laws of one rule.
template <class Rule, class Backend>
class RuleCheck {
public:
    RuleCheck(const Rule& rule, const RuleCheckOptions& options, CheckReport& report)
        : rule_(rule), options_(options), report_(report) {}

    /// Tests all laws, for parameters of the trunk and of a head.
    void all() {
        for (const bool copies : {false, true}) {
            copies_ = copies;
            here_ = copies ? "for the copies of a head: " : "in the trunk: ";
            states();
            for (const double size : options_.gradients) {
                bounds<float>(size);
                bounds<double>(size);
            }
            zero();
            rest();
            splits({13, 11});
            splits({300, 70});
            resumes();
            scalars();
        }
    }

private:
    /// The numbers that a step reads: rates [columns], and gradients, parameters `w` and buffers [rows,
    /// columns].
    template <class T>
    struct Numbers {
        kernels::Rows extent;
        AlignedBuffer<T> rate, gradient, w;
        std::vector<AlignedBuffer<T>> state;

        explicit Numbers(kernels::Rows e)
            : extent(e),
              rate(e.columns),
              gradient(e.rows * e.columns),
              w(gradient),
              state(kernels::most_states, w) {}
    };

    /// Random parameters of standard deviation `size`, as floats, so that float and double get equal numbers.
    template <class T>
    Numbers<T> made(kernels::Rows extent, double size) const {
        Numbers<T> numbers(extent);
        Philox random(options_.seed, 0);
        for (std::size_t c = 0; c < extent.columns; ++c)
            numbers.rate.data()[c] = static_cast<T>(options_.rates[c % options_.rates.size()]);
        for (T& x : numbers.w.span()) x = static_cast<T>(static_cast<float>(size * random.normal()));
        return numbers;
    }
    template <class T>
    void draw_gradient(Numbers<T>& numbers, double size, std::uint64_t step) const {
        Philox random(options_.seed, step);
        for (T& x : numbers.gradient.span()) x = static_cast<T>(static_cast<float>(size * random.normal()));
    }
    rule::Moment moment(std::uint64_t step, double factor = 1) const {
        return {.step = step, .factor = factor, .copies = copies_};
    }

    /// Takes one step of elements [begin, begin + rows x columns) as a separate block. `column`: that of the
    /// first element, for the rates.
    template <class T>
    void step(const Rule& rule, Numbers<T>& n, const rule::Moment& when, Threads& threads,
              kernels::Rows extent, std::size_t begin, std::size_t column) const {
        rule.template with_step<T>(when, [&]<class Step>(const Step& apply) {
            std::array<T*, Step::states> buffers{};
            for (std::size_t k = 0; k < Step::states; ++k) buffers[k] = n.state[k].data() + begin;
            kernels::update<Backend, T>(apply, extent, n.rate.data() + column, n.gradient.data() + begin,
                                        n.w.data() + begin, buffers, {}, threads);
        });
    }
    template <class T>
    void step(const Rule& rule, Numbers<T>& n, const rule::Moment& when, int count = 1) const {
        Threads threads(count);
        step(rule, n, when, threads, n.extent, 0, 0);
    }

    template <class T>
    static double largest(const AlignedBuffer<T>& numbers) {
        double most = 0;
        for (const T& x : numbers.span()) most = std::max(most, std::abs(static_cast<double>(x)));
        return most;
    }
    template <class T>
    static double largest_state(const Numbers<T>& n) {
        double most = 0;
        for (const auto& state : n.state) most = std::max(most, largest(state));
        return most;
    }
    /// A text that names the first number that differs; empty if all are equal.
    template <class T>
    static std::string difference(const Numbers<T>& a, const Numbers<T>& b) {
        for (std::size_t k = 0; k <= a.state.size(); ++k) {
            const auto &left = k == 0 ? a.w : a.state[k - 1], &right = k == 0 ? b.w : b.state[k - 1];
            for (std::size_t i = 0; i < left.size(); ++i)
                if (!same_bits(left.data()[i], right.data()[i]))
                    return message_of({k == 0 ? "parameter " : "number ", i, k == 0 ? "" : " of a buffer",
                                       " is ", left.data()[i], " and ", right.data()[i]});
        }
        return {};
    }

    void states() {
        rule_.template with_step<float>(moment(1), [&]<class Step>(const Step&) {
            report_.note(rule_law::states, Step::states == rule_.states(),
                         {here_, "states() is ", rule_.states(), ", the step uses ", Step::states});
        });
    }

    template <class T>
    void bounds(double size) {
        Numbers<T> n = made<T>({5, 7}, size);
        const double slack = sizeof(T) == 4 ? 1e-5 : 1e-12;
        for (std::uint64_t t = 1; t <= options_.steps; ++t) {
            draw_gradient(n, size, t);
            const double bound = rule_.bound(moment(t), {.rate = largest(n.rate),
                                                         .gradient = largest(n.gradient),
                                                         .parameter = largest(n.w),
                                                         .state = largest_state(n)});
            step(rule_, n, moment(t));
            bool within = true;
            double most = 0;
            for (std::size_t k = 0; k <= n.state.size(); ++k)
                for (const T& x : (k == 0 ? n.w : n.state[k - 1]).span()) {
                    const double magnitude = std::abs(static_cast<double>(x));
                    if (magnitude <= bound * (1 + slack)) continue;
                    within = false;
                    most = magnitude;
                }
            report_.note(rule_law::bound, within,
                         {here_, "with gradients of ", size, ", in step ", t, ", the bound is ", bound,
                          ", a parameter or buffer has magnitude ", most});
            signs(n, t);
        }
    }
    template <class T>
    void signs(const Numbers<T>& n, std::uint64_t t) {
        if constexpr (requires { Rule::never_negative(std::size_t{0}); })
            for (std::size_t k = 0; k < rule_.states(); ++k) {
                if (!Rule::never_negative(k)) continue;
                const auto negative = std::find_if(n.state[k].span().begin(), n.state[k].span().end(),
                                                   [](T x) { return x < 0; });
                report_.note(rule_law::sign, negative == n.state[k].span().end(),
                             {here_, "buffer ", k, " has a negative number after step ", t});
            }
    }

    /// Takes steps with all numbers 0, as those of the padding after rows: they must remain 0.
    void zero() {
        Numbers<float> n({3, 7}), zeros({3, 7});
        for (std::uint64_t t = 1; t <= options_.steps; ++t) step(rule_, n, moment(t));
        const std::string found = difference(zeros, n);
        report_.note(rule_law::zero, found.empty(), {here_, found});
    }

    void rest() {
        Numbers<double> n = made<double>({3, 7}, 1);
        std::fill_n(n.rate.data(), n.rate.size(), 0.0);
        const AlignedBuffer<double> before = n.w;
        for (std::uint64_t t = 1; t <= options_.steps; ++t) {
            draw_gradient(n, 1, t);
            step(rule_, n, moment(t, 0));
        }
        for (std::size_t i = 0; i < before.size(); ++i)
            report_.note(rule_law::rest, same_bits(before.data()[i], n.w.data()[i]),
                         {here_, "a parameter of ", before.data()[i], " became ", n.w.data()[i]});
    }

    void splits(kernels::Rows extent) {
        const auto run = [&](auto&& one_step) {
            Numbers<float> n = made<float>(extent, 1);
            for (std::uint64_t t = 1; t <= 3; ++t) {
                draw_gradient(n, 1, t);
                one_step(n, moment(t));
            }
            return n;
        };
        const auto compare = [&](const Numbers<float>& a, const Numbers<float>& b, const char* how,
                                 std::size_t by, const char* end) {
            const std::string found = difference(a, b);
            report_.note(rule_law::split, found.empty(), {here_, found, how, by, end});
        };
        const Numbers<float> whole = run([&](auto& n, const rule::Moment& when) { step(rule_, n, when); });
        for (const int threads : options_.threads)
            compare(whole, run([&](auto& n, const rule::Moment& when) { step(rule_, n, when, threads); }),
                    " (on 1 thread and on ", static_cast<std::size_t>(threads), " threads)");
        for (const std::size_t width : {std::size_t{1}, std::size_t{4}, extent.columns}) {
            compare(whole, run([&](auto& n, const rule::Moment& when) {
                        Threads one;
                        for (std::size_t r = 0; r < extent.rows; ++r)
                            for (std::size_t c = 0; c < extent.columns; c += width)
                                step(rule_, n, when, one, {1, std::min(width, extent.columns - c)},
                                     r * extent.columns + c, c);
                    }),
                    " (in one call and in pieces of ", width, ")");
        }
    }

    /// Continues with a copy of the rule and of the numbers, as after loading from files.
    void resumes() {
        const Rule at_start = rule_;
        Numbers<double> through = made<double>({5, 7}, 1), cut = through;
        std::uint64_t t = 1;
        for (; t <= 3; ++t)
            for (Numbers<double>* n : {&through, &cut}) {
                draw_gradient(*n, 1, t);
                step(rule_, *n, moment(t));
            }
        Numbers<double> resumed = cut;
        for (; t <= 6; ++t) {
            draw_gradient(through, 1, t);
            step(rule_, through, moment(t));
        }
        for (t = 4; t <= 6; ++t) {
            draw_gradient(resumed, 1, t);
            step(at_start, resumed, moment(t));
        }
        const std::string found = difference(through, resumed);
        report_.note(rule_law::resume, found.empty(),
                     {here_, found, " if a copy of the rule continues after 3 steps"});
    }

    void scalars() {
        Numbers<float> single = made<float>({5, 7}, 1);
        Numbers<double> twice = made<double>({5, 7}, 1);
        for (std::size_t c = 0; c < twice.rate.size(); ++c)
            twice.rate.data()[c] = static_cast<double>(single.rate.data()[c]);
        for (std::uint64_t t = 1; t <= options_.steps; ++t) {
            draw_gradient(single, 1, t);
            draw_gradient(twice, 1, t);
            step(rule_, single, moment(t));
            step(rule_, twice, moment(t));
        }
        const double allowed = options_.tolerance * largest(twice.w);
        for (std::size_t i = 0; i < single.w.size(); ++i) {
            const auto x = static_cast<double>(single.w.data()[i]);
            report_.note(rule_law::scalar, std::abs(x - twice.w.data()[i]) <= allowed,
                         {here_, "parameter ", i, " is ", x, " in float, ", twice.w.data()[i], " in double"});
        }
    }

    const Rule& rule_;
    const RuleCheckOptions& options_;
    CheckReport& report_;
    bool copies_ = false;
    const char* here_ = "";
};

}  // namespace alrao::check
