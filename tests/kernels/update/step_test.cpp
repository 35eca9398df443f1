#include <alrao/kernels/update/step.hpp>
#include <alrao/kernels/update/update.hpp>
#include <alrao/tensor/backend.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace kernels_update_step_test {

using namespace alrao;
namespace {

/// Compares twenty steps of one parameter by the kernel and by `reference`, with the gradients cos(1.7 t)
/// + w / 2.
template <class T, class Make, class Reference>
void follow(Make&& step_at, Reference&& reference, T rate) {
    using Step = decltype(step_at(1));
    Threads threads(1);
    std::array<T, 2> buffers{};
    std::array<long double, 2> exact{};
    T w = T(0.8);
    long double v = static_cast<long double>(w);
    for (int t = 1; t <= 20; ++t) {
        const T g = static_cast<T>(std::cos(1.7 * t) + 0.5 * static_cast<double>(w));
        std::array<T*, Step::states> state{};
        for (std::size_t i = 0; i < Step::states; ++i) state[i] = &buffers[i];
        kernels::update<OwnTiles<>, T>(step_at(t), {1, 1}, &rate, &g, &w, state, {}, threads);
        v = reference(t, static_cast<long double>(rate), static_cast<long double>(g), v, exact);
        const double tolerance = 200 * static_cast<double>(std::numeric_limits<T>::epsilon());
        REQUIRE(static_cast<double>(w) == doctest::Approx(static_cast<double>(v)).epsilon(tolerance));
    }
}

}  // namespace

TEST_CASE_TEMPLATE("coupled decay is added to the gradient, decoupled decay does not depend on the rate", T,
                   float, double) {
    for (const double rate : {1e-3, 0.5}) {
        follow<T>(
            [](int) {
                return kernels::DecayedSgdStep<T>{{T(0.1), T(0.03)}};
            },
            [](int, long double eta, long double g, long double w, auto&) {
                const long double coupled = static_cast<long double>(T(0.1));
                const long double decoupled = static_cast<long double>(T(0.03));
                return w - decoupled * w - eta * (g + coupled * w);
            },
            static_cast<T>(rate));
    }
}

TEST_CASE_TEMPLATE("momentum as in PyTorch: the buffer contains no rate and starts with the gradient", T,
                   float, double) {
    for (const bool nesterov : {false, true}) {
        follow<T>(
            [&](int) {
                return kernels::MomentumStep<T>{T(0.9), nesterov, {T(0.01), T(0)}};
            },
            [&](int t, long double eta, long double g, long double w, auto& s) {
                const long double m = static_cast<long double>(T(0.9));
                g += static_cast<long double>(T(0.01)) * w;
                s[0] = t == 1 ? g : m * s[0] + g;
                return w - eta * (nesterov ? g + m * s[0] : s[0]);
            },
            T(0.05));
    }
}

TEST_CASE_TEMPLATE("the authors' momentum decays by the square root of the rate", T, float, double) {
    for (const double rate : {1e-4, 1e-2, 0.2, 5.0}) {  // the last two are above 1 / m^2
        for (const bool nesterov : {false, true}) {
            follow<T>(
                [&](int) {
                    return kernels::AuthorsMomentumStep<T>{T(4), nesterov, {}};
                },
                [&](int, long double eta, long double g, long double w, auto& s) {
                    const long double m = 4;
                    s[0] = s[0] * (1 - m * std::min(std::sqrt(eta), 1 / m)) + g;
                    return w - eta * (nesterov ? g + m * s[0] : s[0]);
                },
                static_cast<T>(rate));
        }
    }
}

TEST_CASE_TEMPLATE("Adam and AdamW equal PyTorch's", T, float, double) {
    for (const double decoupled : {0.0, 0.02}) {
        follow<T>(
            [&](int t) {
                return kernels::AdamStep<T>(0.9, 0.999, 1e-8, 1 - std::pow(0.9, t), 1 - std::pow(0.999, t),
                                            {T(0.01), static_cast<T>(decoupled)});
            },
            [&](int t, long double eta, long double g, long double w, auto& s) {
                g += static_cast<long double>(T(0.01)) * w;
                w -= static_cast<long double>(decoupled) * w;
                s[0] = 0.9L * s[0] + 0.1L * g;
                s[1] = 0.999L * s[1] + 0.001L * g * g;
                const long double size = std::sqrt(s[1]) / std::sqrt(1 - std::pow(0.999L, t)) + 1e-8L;
                return w - eta / (1 - std::pow(0.9L, t)) * s[0] / size;
            },
            T(0.01));
    }
}

}  // namespace kernels_update_step_test
