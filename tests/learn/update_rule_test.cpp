#include <alrao/learn/update_rule.hpp>

#include <alrao/learn/rule.hpp>

#include <doctest/doctest.h>

#include <string_view>

namespace learn_update_rule_test {

using namespace alrao;

namespace {
/// A rule from outside the library; derived types have a wrong member.
template <std::size_t stated>
struct Mine {
    static constexpr std::string_view name = "Mine";
    static constexpr std::size_t states() { return stated; }
    void validate() const {}
    double bound(const rule::Moment&, const rule::Extremes&) const { return 1; }
    template <class T, class F>
    decltype(auto) with_step(const rule::Moment&, F&& f) const {
        return f(kernels::MomentumStep<T>{T(0.9), false, {}});
    }
};
struct AtRunTime : Mine<1> {
    std::size_t states() const { return 1; }
};
struct Settings : Mine<1> {
    static constexpr std::size_t most_states = 1;
    bool remembers = true;
    std::size_t states() const { return remembers ? 1 : 0; }
};
}  // namespace

namespace {
/// Calls f with its step, but does not return the result.
struct ReturnsNothing : Mine<1> {
    template <class T, class F>
    void with_step(const rule::Moment&, F&& f) const {
        f(kernels::MomentumStep<T>{T(0.9), false, {}});
    }
};
}  // namespace

TEST_CASE("the faults of a rule are found member by member") {
    using detail::rule_fault;
    using detail::RuleFault;
    CHECK(rule_fault<Mine<1>>() == RuleFault::none);
    CHECK(rule_fault<AtRunTime>() == RuleFault::constant);
    CHECK(rule_fault<Settings>() == RuleFault::none);
    CHECK(rule_fault<int>() == RuleFault::validate);
    CHECK(rule_fault<ReturnsNothing>() == RuleFault::with_step);
    CHECK(UpdateRule<Settings>);
    CHECK_FALSE(UpdateRule<AtRunTime>);
}

TEST_CASE("a step with another number of buffers than its rule is reported") {
    using Step = kernels::MomentumStep<float>;
    constexpr bool of_one = detail::most_states<Mine<1>>() == Step::states;
    constexpr bool of_none = detail::most_states<Mine<0>>() == Step::states;
    CHECK(of_one);
    CHECK_FALSE(of_none);
    CHECK(detail::most_states<rule::Sgd>() == 1);
    CHECK(detail::most_states<rule::Adam>() == 2);
    CHECK(detail::most_states<AtRunTime>() == detail::undecided_states<AtRunTime>);
}

}  // namespace learn_update_rule_test
