#include <alrao/kernels/update/update.hpp>
#include <alrao/tensor/backend.hpp>

#include "../../effort.hpp"
#include "../same_bits.hpp"
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace kernels_update_update_test {

using namespace alrao;
namespace {

/// A parameter during training, with all its arrays.
template <class T>
struct Parameter {
    kernels::Rows extent;
    std::vector<T> rate, gradient, w, first, second;

    Parameter(std::size_t rows, std::size_t columns) : extent{rows, columns} {
        const std::size_t count = rows * columns;
        for (std::size_t c = 0; c < columns; ++c) {
            rate.push_back(static_cast<T>(std::exp(std::sin(static_cast<double>(c) + 1) * 3 - 4)));
        }
        for (std::size_t i = 0; i < count; ++i) {
            const auto x = static_cast<double>(i);
            gradient.push_back(static_cast<T>(std::cos(x * 1.3)));
            w.push_back(static_cast<T>(std::sin(x * 0.7 + 1)));
            first.push_back(static_cast<T>(std::sin(x * 2.1) * 0.3));
            second.push_back(static_cast<T>(std::cos(x * 1.1) * std::cos(x * 1.1)));
        }
    }

    template <class Step, class Pointer = T>
    std::array<Pointer*, Step::states> state() {
        std::array<Pointer*, Step::states> all{};
        if constexpr (Step::states > 0) all[0] = first.data();
        if constexpr (Step::states > 1) all[1] = second.data();
        return all;
    }

    template <class Step>
    void update(const Step& step, kernels::Magnitudes<T> largest = {}, int threads = 1) {
        Threads team(threads);
        kernels::update<OwnTiles<>, T>(step, extent, rate.data(), gradient.data(), w.data(),
                                       this->template state<Step>(), largest, team);
    }

    [[nodiscard]] std::vector<T> column_magnitudes(const std::vector<T>& values) const {
        std::vector<T> largest(extent.columns, T{0});
        for (std::size_t i = 0; i < values.size(); ++i) {
            largest[i % extent.columns] = std::max(largest[i % extent.columns], std::abs(values[i]));
        }
        return largest;
    }
};

template <class T, class F>
void for_each_step(F&& f) {
    const kernels::Decay<T> decay{T(0.01), T(0.02)};
    f(kernels::PlainSgdStep{});
    f(kernels::DecayedSgdStep<T>{decay});
    f(kernels::MomentumStep<T>{T(0.9), false, decay});
    f(kernels::MomentumStep<T>{T(0.9), true, decay});
    f(kernels::AuthorsMomentumStep<T>{T(2.5), false, decay});
    f(kernels::AuthorsMomentumStep<T>{T(2.5), true, {}});
    f(kernels::AdamStep<T>(0.9, 0.999, 1e-8, 0.19, 0.001999, decay));
}

}  // namespace

TEST_CASE_TEMPLATE("plain gradient descent is one rounded multiply-add per parameter", T, float, double) {
    for (std::size_t columns = 1; columns <= 70; ++columns) {
        for (const std::size_t rows : {1U, 3U, 4U, 23U}) {
            Parameter<T> p(rows, columns);
            auto want = p.w;
            for (std::size_t i = 0; i < want.size(); ++i) {
                want[i] = madd<OwnTiles<>::arch>(-p.rate[i % columns], p.gradient[i], want[i]);
            }
            std::vector<T> largest(columns, T(99));
            p.update(kernels::PlainSgdStep{}, {largest.data(), nullptr});
            REQUIRE(same_bits(p.w, want));
            REQUIRE(largest == p.column_magnitudes(want));
        }
    }
}

TEST_CASE_TEMPLATE("every step and shape: same bits on 1, 2 and 3 threads, magnitudes of all columns", T,
                   float, double) {
    for_each_step<T>([](const auto& step) {
        using Step = std::decay_t<decltype(step)>;
        for (const auto& [rows, columns] : {std::pair<std::size_t, std::size_t>{effort(5000, 1000), 10},
                                            {effort(700, 170), 100},
                                            {3, effort(9000, 5000)},
                                            {effort(257, 65), 128},
                                            {40, 1025},
                                            {1, 7},
                                            {effort(30, 5), 2047}}) {
            Parameter<T> start(rows, columns);
            std::vector<T> largest(columns), of_state(columns);
            auto one = start;
            one.update(step, {largest.data(), of_state.data()});
            REQUIRE(largest == one.column_magnitudes(one.w));
            std::vector<T> want(columns, T{0});
            if constexpr (Step::states > 0) want = one.column_magnitudes(one.first);
            if constexpr (Step::states > 1) {
                const auto more = one.column_magnitudes(one.second);
                for (std::size_t c = 0; c < columns; ++c) want[c] = std::max(want[c], more[c]);
            }
            REQUIRE(of_state == want);
            for (const int threads : {2, 3}) {
                auto many = start;
                std::vector<T> again(columns);
                many.update(step, {again.data(), nullptr}, threads);
                REQUIRE(same_bits(many.w, one.w));
                REQUIRE(same_bits(many.first, one.first));
                REQUIRE(same_bits(many.second, one.second));
                REQUIRE(again == largest);
            }
        }
    });
}

TEST_CASE_TEMPLATE("a trial computes the magnitudes after an update and changes no parameter", T, float,
                   double) {
    for_each_step<T>([](const auto& step) {
        using Step = std::decay_t<decltype(step)>;
        for (const std::size_t columns : {1U, 10U, 16U, 37U}) {
            Parameter<T> p(21, columns);
            const auto before = p;
            std::vector<T> trial(columns), trial_state(columns), real(columns), real_state(columns);
            Threads threads(2);
            const auto state = p.template state<Step, const T>();
            kernels::trial_update<OwnTiles<>, T>(step, p.extent, p.rate.data(), p.gradient.data(), p.w.data(),
                                                 state, {trial.data(), trial_state.data()}, threads);
            REQUIRE(same_bits(p.w, before.w));
            REQUIRE(same_bits(p.first, before.first));
            p.update(step, {real.data(), real_state.data()});
            REQUIRE(same_bits(trial, real));
            REQUIRE(same_bits(trial_state, real_state));
        }
    });
}

TEST_CASE_TEMPLATE("would_stay_finite is exact for one column", T, float, double) {
    const T big = std::numeric_limits<T>::max();
    for (const std::size_t columns : {1U, 5U, 16U, 33U}) {
        for (const std::size_t bad : {std::size_t{0}, columns / 2, columns - 1}) {
            Parameter<T> p(6, columns);
            std::fill(p.rate.begin(), p.rate.end(), T{1});
            p.w[4 * columns + bad] = -big;
            p.gradient[4 * columns + bad] = big;
            std::vector<T> largest(columns);
            Threads threads(1);
            const std::array<const T*, 0> none{};
            for (std::size_t c = 0; c < columns; ++c) {
                REQUIRE(kernels::would_stay_finite<OwnTiles<>, T>(kernels::PlainSgdStep{}, p.extent, c,
                                                                  p.rate.data(), p.gradient.data(),
                                                                  p.w.data(), none) == (c != bad));
            }
            p.gradient[4 * columns + bad] = 0;  // the parameter is large but does not change
            REQUIRE(kernels::would_stay_finite<OwnTiles<>, T>(
                kernels::PlainSgdStep{}, p.extent, bad, p.rate.data(), p.gradient.data(), p.w.data(), none));
            // A state that overflows counts even if the parameter is finite.
            p.gradient[4 * columns + bad] = big;
            p.w[4 * columns + bad] = 0;
            p.rate[bad] = 0;
            p.first[4 * columns + bad] = big;
            const std::array<const T*, 1> buffer{p.first.data()};
            REQUIRE_FALSE(kernels::would_stay_finite<OwnTiles<>, T>(kernels::MomentumStep<T>{T(0.9)},
                                                                    p.extent, bad, p.rate.data(),
                                                                    p.gradient.data(), p.w.data(), buffer));
        }
    }
}

TEST_CASE_TEMPLATE("values that are not finite appear in their column only", T, float, double) {
    const T nan = std::numeric_limits<T>::quiet_NaN(), infinity = std::numeric_limits<T>::infinity();
    for (const T bad : {nan, -infinity}) {
        for (const std::size_t columns : {3U, 10U, 64U, 2050U}) {
            for (const std::size_t row : {0U, 7U, 18U}) {
                Parameter<T> p(19, columns);
                p.gradient[row * columns + columns / 2] = bad;
                std::vector<T> largest(columns);
                p.update(kernels::PlainSgdStep{}, {largest.data(), nullptr}, 2);
                for (std::size_t c = 0; c < columns; ++c) {
                    REQUIRE(is_finite(largest[c]) == (c != columns / 2));
                }
            }
        }
    }
}

TEST_CASE_TEMPLATE("padding and pruned columns stay 0", T, float, double) {
    for_each_step<T>([](const auto& step) {
        Parameter<T> p(9, 20);
        for (std::size_t r = 0; r < 9; ++r) {
            for (const std::size_t c : {3U, 18U, 19U}) {
                p.rate[c] = p.gradient[r * 20 + c] = p.w[r * 20 + c] = 0;
                p.first[r * 20 + c] = p.second[r * 20 + c] = 0;
            }
        }
        p.update(step);
        for (std::size_t r = 0; r < 9; ++r) {
            for (const std::size_t c : {3U, 18U, 19U}) {
                REQUIRE(p.w[r * 20 + c] == 0);
                REQUIRE(p.first[r * 20 + c] == 0);
                REQUIRE(p.second[r * 20 + c] == 0);
            }
            REQUIRE(p.w[r * 20] != 0);
        }
    });
}

TEST_CASE_TEMPLATE("update_columns updates its columns with the same bits as update, and no others", T, float,
                   double) {
    for (const auto& [rows, columns] :
         {std::pair{1, 40}, {3, 64}, {37, 33}, {100, 320}, {64, static_cast<int>(effort(5000, 400))}}) {
        const auto width = static_cast<std::size_t>(columns);
        const std::vector<Range> across{{0, width / 5}, {width / 3, width / 2}, {width - 3, width}};
        for_each_step<T>([&, rows = static_cast<std::size_t>(rows)]<class Step>(const Step& step) {
            for (const int count : {1, 2}) {
                Parameter<T> all(rows, width), some(rows, width);
                const Parameter<T> before = some;
                std::vector<T> of_all(width), of_some(width), state(width), some_state(width);
                all.update(step, {of_all.data(), state.data()}, count);
                Threads team(count);
                for (const Range& range : across)
                    kernels::update_columns<OwnTiles<>, T>(
                        step, some.extent, range, some.rate.data(), some.gradient.data(), some.w.data(),
                        some.template state<Step>(), {of_some.data(), some_state.data()}, team);
                bool right = true;
                for (std::size_t i = 0; i < rows * width; ++i) {
                    const std::size_t c = i % width;
                    bool inside = false;
                    for (const Range& range : across) inside = inside || (range.begin <= c && c < range.end);
                    const Parameter<T>& from = inside ? all : before;
                    right = right && some.w[i] == from.w[i] && some.first[i] == from.first[i] &&
                            some.second[i] == from.second[i] && of_some[c] == (inside ? of_all[c] : T{0}) &&
                            (Step::states == 0 || some_state[c] == (inside ? state[c] : T{0}));
                }
                CHECK(right);
            }
        });
    }
}

}  // namespace kernels_update_update_test
