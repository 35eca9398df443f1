#include <alrao/check/rule/rule.hpp>
#include <alrao/learn/rule.hpp>

#include <doctest/doctest.h>

#include <sstream>
#include <string>

namespace check_rule_rule_test {

using namespace alrao;

namespace {

enum class Fault { none, settings, states, bound, zero, rest, split, resume, scalar, sign };

template <class T, Fault fault>
struct FaultyStep {
    static constexpr std::size_t states = 1;
    T factor{1};
    mutable int calls = 0;

    template <class Vector>
    Vector prepare(const Vector& rate) const {
        return fault == Fault::rest ? Vector(T(-0.1)) : -rate;
    }
    template <class Vector>
    Vector apply(const Vector& minus_rate, const Vector& g, const Vector& w, std::array<Vector, 1>& m) const {
        m[0] = madd(Vector(T(0.5)), m[0], g * Vector(factor));
        if (fault == Fault::split) m[0] = m[0] * Vector(T(1 + 0.001 * ++calls));
        if (fault == Fault::zero) m[0] = m[0] + Vector(T(0.25));
        if (fault == Fault::scalar && sizeof(T) == 4) m[0] = m[0] * Vector(T(1.1));
        const Vector moved = madd(minus_rate, m[0], w);
        return fault == Fault::zero ? moved + m[0] : moved;
    }
};

/// Momentum, with one fault.
template <Fault fault>
struct Faulty {
    static constexpr std::string_view name = "Faulty";
    static constexpr std::size_t most_states = 1;
    mutable int taken = 0;

    void validate() const {
        if (fault == Fault::settings) throw ArgumentError("Faulty: never right");
    }
    static constexpr std::size_t states() { return fault == Fault::states ? 0 : 1; }
    static constexpr bool never_negative(std::size_t) { return fault == Fault::sign; }
    template <class T, class F>
    decltype(auto) with_step(const rule::Moment&, F&& f) const {
        const int number = fault == Fault::resume ? ++taken : 0;
        return f(FaultyStep<T, fault>{T(1 + number)});
    }
    double bound(const rule::Moment&, const rule::Extremes& largest) const {
        if (fault == Fault::bound) return largest.parameter;
        return (1 + largest.rate) * (1 + largest.parameter + largest.state + 100 * largest.gradient);
    }
};

template <Fault fault>
std::string breaks(std::string_view law) {
    const CheckReport report = check_rule(Faulty<fault>{});
    std::ostringstream text;
    text << report;
    CAPTURE(text.str());
    REQUIRE_FALSE(report);
    REQUIRE(report.find(law) != nullptr);
    CHECK(text.str().starts_with("rule Faulty: "));
    return report.find(law)->found;
}

}  // namespace

TEST_CASE("the laws hold for the library's rules and for a correct one of the test") {
    const auto keeps = [](const auto& rule) {
        const CheckReport report = check_rule(rule);
        INFO(report);
        CHECK(report);
    };
    keeps(rule::Sgd{});
    keeps(rule::Sgd{.decoupled_decay = 0.1});
    keeps(rule::Sgd{.momentum = 0.9, .weight_decay = 0.1});
    keeps(rule::Sgd{.momentum = 0.9, .nesterov = true, .weight_decay = 0.1});
    keeps(rule::AuthorsMomentum{});
    keeps(rule::AuthorsMomentum{.momentum = 0.9, .nesterov = true, .weight_decay = 0.1});
    keeps(rule::Adam{.weight_decay = 0.1});
    keeps(rule::AdamW{});
    keeps(Faulty<Fault::none>{});
    CHECK(check_rule(rule::Adam{}).tried(rule_law::sign));
}

TEST_CASE("each fault breaks its law, and the report describes it") {
    CHECK(breaks<Fault::settings>(rule_law::settings) == "Faulty: never right");
    CHECK(breaks<Fault::states>(rule_law::states) == "in the trunk: states() is 0, the step uses 1");
    CHECK(breaks<Fault::bound>(rule_law::bound).find("the bound is") != std::string::npos);
    CHECK(breaks<Fault::zero>(rule_law::zero).find("parameter 0 is 0 and ") != std::string::npos);
    CHECK(breaks<Fault::rest>(rule_law::rest).find(" became ") != std::string::npos);
    CHECK(breaks<Fault::split>(rule_law::split).find("in pieces of 1") != std::string::npos);
    CHECK(breaks<Fault::resume>(rule_law::resume).find("continues after 3 steps") != std::string::npos);
    CHECK(breaks<Fault::scalar>(rule_law::scalar).find("in double") != std::string::npos);
    CHECK(breaks<Fault::sign>(rule_law::sign).find("buffer 0 has a negative number") != std::string::npos);
}

}  // namespace check_rule_rule_test
