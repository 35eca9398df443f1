// An update rule of your own: RMSProp, with one rate per feature and with one rate for all parameters.
// [own_rule]
#include <alrao/alrao.hpp>
#include <alrao/check.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <vector>
using namespace alrao;

/// One step, on SIMD registers: v <- decay v + (1 - decay) g^2;  w <- w - rate g / (sqrt(v) + epsilon).
template <class T>
struct RmsPropStep {
    static constexpr std::size_t states = 1;  // v: one buffer with the layout of the parameters
    T decay, rest, epsilon;
    template <class Vector>
    Vector prepare(const Vector& rate) const {
        return -rate;
    }
    template <class Vector>
    Vector apply(const Vector& minus_rate, const Vector& g, const Vector& w, std::array<Vector, 1>& v) const {
        v[0] = madd(Vector(decay), v[0], Vector(rest) * (g * g));
        return madd(minus_rate, g / (sqrt(v[0]) + Vector(epsilon)), w);
    }
};

/// RMSProp (Tieleman and Hinton, 2012). The rates belong to the optimizer.
struct RmsProp {
    static constexpr std::string_view name = "RmsProp";
    double decay = 0.99;    ///< decay of the mean of squares, from 0 to below 1
    double epsilon = 1e-8;  ///< above 0

    void validate() const {
        if (!(decay >= 0 && decay < 1 && epsilon > 0))
            throw ArgumentError("RmsProp: decay must be from 0 to below 1, and epsilon above 0");
    }
    static constexpr std::size_t states() { return RmsPropStep<float>::states; }
    template <class T, class F>
    decltype(auto) with_step(const rule::Moment&, F&& f) const {
        return f(RmsPropStep<T>{static_cast<T>(decay), static_cast<T>(1 - decay), static_cast<T>(epsilon)});
    }
    /// Upper bound of parameters and v after the step: sqrt(v) is at least sqrt(1 - decay) |g|.
    double bound(const rule::Moment&, const rule::Extremes& largest) const {
        const double square = largest.gradient * largest.gradient;
        const double step = std::min(1 / std::sqrt(1 - decay), largest.gradient / epsilon);
        return std::max(decay * largest.state + square, largest.parameter + largest.rate * step);
    }
};

/// The rule with one rate, for use in place of Adam{} or Sgd{...}.
struct RmsPropAt {
    using Rule = RmsProp;
    double rate;
    Rule rule() const { return {}; }
};
// [/own_rule]

struct Net : Model<Input<2>, Dense<32>, Tanh, AveragedHead<SoftmaxClassifier<2>, 5>> {
    using Model::Model;
};

int main() {
    const CheckReport report = check_rule(RmsProp{});
    std::cout << report << '\n';
    std::vector<float> points(2000);
    std::vector<std::int32_t> labels(1000);  // 1 if the two coordinates have the same sign, else 0
    Philox random(Seed{1}, 0);
    for (float& x : points) x = static_cast<float>(random.normal());
    for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = points[2 * i] * points[2 * i + 1] > 0;
    const Dataset data(points, labels);
    Net spread{Seed{1}}, single{Seed{1}};
    AlraoOptimizer<Net, RmsProp> optimizer{spread, LogUniform{1e-4, 1e-1}, Seed{2}};
    fit(spread, optimizer, data, {.epochs = 20});
    fit(single, RmsPropAt{.rate = 1e-2}, data, {.epochs = 20});
    std::cout << evaluate(spread, data) << '\n' << evaluate(single, data) << '\n';
    return report && evaluate(spread, data).accuracy > 0.95 && evaluate(single, data).accuracy > 0.95 ? 0 : 1;
}
