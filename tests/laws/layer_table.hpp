#pragma once

#include "lone_layer.hpp"

#include <alrao/check/layer/reference.hpp>
#include <alrao/graph/network.hpp>
#include <alrao/ops/activation.hpp>
#include <alrao/ops/composition.hpp>
#include <alrao/ops/conv2d.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/dropout.hpp>
#include <alrao/ops/embedding.hpp>
#include <alrao/ops/flatten.hpp>
#include <alrao/ops/gaussian_head.hpp>
#include <alrao/ops/gru.hpp>
#include <alrao/ops/last_step.hpp>
#include <alrao/ops/lstm.hpp>
#include <alrao/ops/normalization.hpp>
#include <alrao/ops/normalize.hpp>
#include <alrao/ops/pool2d.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/ops/squeeze_excite.hpp>
#include <alrao/tensor/backend.hpp>

#include <cmath>
#include <cstddef>
#include <numbers>
#include <string>
#include <type_traits>
#include <vector>

// The table of all public layers, with the properties and the reference of each. The test "law_table" fails if a
// layer of include/alrao/ops is missing.

namespace alrao::laws {

using Real = long double;

using check::Wanted;

/// The properties of most layers.
struct UsualLaw {
    static constexpr bool exact = false;             ///< exact results for small integers
    static constexpr bool random = false;            ///< draws random numbers in training
    static constexpr bool has_products = false;      ///< has matrix products, which depend on the back end
    static constexpr bool has_windows = false;       ///< has windows, for which a transform can be used
    static constexpr bool flat_only = false;         ///< takes features only, not images
    static constexpr bool image_only = false;        ///< takes images only
    static constexpr bool steps_only = false;        ///< takes sequences only
    static constexpr bool spreads_gradients = true;  ///< most elements of the input have a gradient
    static constexpr double step = 1e-3;             ///< step of differences; small if there are kinks
    static constexpr std::size_t fewest_rows = 1;    ///< smallest number of rows in training
    static constexpr std::size_t fewest_channels = 1;
    static constexpr double input_scale = 1;
    static std::vector<double> kinks() { return {}; }
};

template <class Layer>
struct Law;

template <std::size_t Units, class... Options>
struct Law<Dense<Units, Options...>> : UsualLaw {
    static constexpr bool exact = true, flat_only = true, has_products = true;

    template <class L>
    static void forward(const L& l, Wanted& y) {
        const std::size_t n = l.shape.channels();
        for (std::size_t r = 0; r < l.rows_in; ++r)
            for (std::size_t u = 0; u < Units; ++u) {
                Real sum = 0, size = 0;
                for (std::size_t i = 0; i < n; ++i) {
                    const Real term = Real{l.input.data()[r * n + i]} * l.values[0].data()[i * Units + u];
                    sum += term;
                    size += std::abs(term);
                }
                if (l.values.size() > 1) {
                    sum += l.values[1].data()[u];
                    size += std::abs(Real{l.values[1].data()[u]});
                }
                y.set(r * Units + u, sum, size * static_cast<Real>(n + 2));
            }
    }
    template <class L>
    static void backward(const L& l, Wanted& dx, std::vector<Wanted>& dp) {
        const std::size_t n = l.shape.channels();
        const auto x = [&](std::size_t r, std::size_t i) { return Real{l.input.data()[r * n + i]}; };
        const auto dy = [&](std::size_t r, std::size_t u) {
            return Real{l.output_gradient.data()[r * Units + u]};
        };
        for (std::size_t r = 0; r < l.rows_in; ++r)
            for (std::size_t i = 0; i < n; ++i) {
                Real sum = 0, size = 0;
                for (std::size_t u = 0; u < Units; ++u) {
                    const Real term = dy(r, u) * l.values[0].data()[i * Units + u];
                    sum += term;
                    size += std::abs(term);
                }
                dx.set(r * n + i, sum, size * static_cast<Real>(Units + 1));
            }
        for (std::size_t u = 0; u < Units; ++u) {
            for (std::size_t i = 0; i < n; ++i) {
                Real sum = 0, size = 0;
                for (std::size_t r = 0; r < l.rows_in; ++r) {
                    sum += x(r, i) * dy(r, u);
                    size += std::abs(x(r, i) * dy(r, u));
                }
                dp[0].set(i * Units + u, sum, size * static_cast<Real>(l.rows_in + 1));
            }
            if (dp.size() < 2) continue;
            Real sum = 0, size = 0;
            for (std::size_t r = 0; r < l.rows_in; ++r) {
                sum += dy(r, u);
                size += std::abs(dy(r, u));
            }
            dp[1].set(u, sum, size * static_cast<Real>(l.rows_in + 1));
        }
    }
};

/// An elementwise layer: y = f(x), dx = dy f'(x).
template <class Derived>
struct ElementwiseLaw : UsualLaw {
    template <class L>
    static void forward(const L& l, Wanted& y) {
        for (std::size_t i = 0; i < l.input.size(); ++i) {
            const Real x = l.input.data()[i];
            const Real value = Derived::f(x);
            y.set(i, value, 8 * std::abs(value) * (1 + x * x));
        }
    }
    template <class L>
    static void backward(const L& l, Wanted& dx, std::vector<Wanted>&) {
        for (std::size_t i = 0; i < l.input.size(); ++i) {
            const Real dy = l.output_gradient.data()[i], slope = Derived::slope(l.input.data()[i]);
            dx.set(i, dy * slope, 16 * std::abs(dy));
        }
    }
};

template <>
struct Law<Flatten> : ElementwiseLaw<Law<Flatten>> {
    static constexpr bool exact = true;
    static Real f(Real x) { return x; }
    static Real slope(Real) { return 1; }
};
template <>
struct Law<ReLU> : ElementwiseLaw<Law<ReLU>> {
    static constexpr bool exact = true;
    static std::vector<double> kinks() { return {0}; }
    static Real f(Real x) { return x > 0 ? x : 0; }
    static Real slope(Real x) { return x > 0 ? 1 : 0; }
};
template <>
struct Law<ReLU6> : ElementwiseLaw<Law<ReLU6>> {
    static constexpr bool exact = true;
    static constexpr double input_scale = 4;
    static std::vector<double> kinks() { return {0, 6}; }
    static Real f(Real x) { return x > 6 ? 6 : x > 0 ? x : 0; }
    static Real slope(Real x) { return x > 0 && x < 6 ? 1 : 0; }
};
template <class Slope>
struct Law<LeakyReLU<Slope>> : ElementwiseLaw<Law<LeakyReLU<Slope>>> {
    // A number of hundredths is not exact in binary, except for quarters.
    static constexpr double below = LeakyReLU<Slope>::slope;
    static constexpr bool exact = below == 0.25 || below == 0.5;
    static std::vector<double> kinks() { return {0}; }
    static Real f(Real x) { return x > 0 ? x : static_cast<Real>(below) * x; }
    static Real slope(Real x) { return x > 0 ? 1 : static_cast<Real>(below); }
};
template <>
struct Law<GELU> : ElementwiseLaw<Law<GELU>> {
    static constexpr double input_scale = 2;
    static Real phi(Real x) { return std::erfc(-x / std::numbers::sqrt2_v<Real>) / 2; }
    static Real f(Real x) { return x * phi(x); }
    static Real slope(Real x) {
        const Real bell = std::exp(-x * x / 2) * std::numbers::inv_sqrtpi_v<Real>;
        return phi(x) + x * bell / std::numbers::sqrt2_v<Real>;
    }
};
template <>
struct Law<SiLU> : ElementwiseLaw<Law<SiLU>> {
    static constexpr double input_scale = 2;
    static Real s(Real x) { return 1 / (1 + std::exp(-x)); }
    static Real f(Real x) { return x * s(x); }
    static Real slope(Real x) { return s(x) * (1 + x * (1 - s(x))); }
};
template <>
struct Law<Sigmoid> : ElementwiseLaw<Law<Sigmoid>> {
    static constexpr double input_scale = 2;
    static Real f(Real x) { return 1 / (1 + std::exp(-x)); }
    static Real slope(Real x) { return f(x) * (1 - f(x)); }
};
template <>
struct Law<Tanh> : ElementwiseLaw<Law<Tanh>> {
    static Real f(Real x) { return std::tanh(x); }
    static Real slope(Real x) { return 1 - f(x) * f(x); }
};

/// The mask is found by its effect on ones. Its distribution is tested in the test of Dropout.
template <class Rate>
struct Law<Dropout<Rate>> : UsualLaw {
    static constexpr double rate = Dropout<Rate>::rate;
    static constexpr bool exact = rate == 0.5 || rate == 0.75;
    static constexpr bool random = true;

    template <class L>
    static std::vector<Real> mask(const L& l) {
        std::vector<Real> factor(l.input.size(), 1);
        if (!l.training) return factor;
        for (std::size_t i = 0; i < factor.size(); ++i) {
            const bool dropped = l.output.data()[i] == 0 && l.input.data()[i] != 0;
            const bool unseen = l.input.data()[i] == 0;  // the mask is found in backward
            factor[i] = dropped ? 0 : 1 / (1 - static_cast<Real>(rate));
            if (unseen && l.input_gradient.data()[i] == 0) factor[i] = 0;
        }
        return factor;
    }
    template <class L>
    static void forward(const L& l, Wanted& y) {
        const std::vector<Real> factor = mask(l);
        for (std::size_t i = 0; i < factor.size(); ++i) {
            const Real value = l.input.data()[i] * factor[i];
            y.set(i, value, 2 * std::abs(value));
        }
    }
    template <class L>
    static void backward(const L& l, Wanted& dx, std::vector<Wanted>&) {
        const std::vector<Real> factor = mask(l);
        for (std::size_t i = 0; i < factor.size(); ++i) {
            const Real value = l.output_gradient.data()[i] * factor[i];
            dx.set(i, value, 2 * std::abs(value));
        }
    }
};

template <>
struct Law<Normalize> : UsualLaw {
    static constexpr bool exact = true;  // the deviation is 2
    template <class L>
    static void forward(const L& l, Wanted& y) {
        const std::size_t n = l.shape.channels();
        for (std::size_t i = 0; i < l.input.size(); ++i) {
            const Real x = l.input.data()[i], mean = l.statistics[0].data()[i % n];
            const Real deviation = l.statistics[1].data()[i % n];
            y.set(i, (x - mean) / deviation, 4 * std::abs((x - mean) / deviation));
        }
    }
    template <class L>
    static void backward(const L&, Wanted&, std::vector<Wanted>&) {}
};

/// Standardised numbers of one normalised set (a channel of a batch, or a row of channels).
struct Standardised {
    Real mean = 0, variance = 0, largest = 0;
    template <class X>
    Standardised(std::size_t count, X x) {
        for (std::size_t i = 0; i < count; ++i) mean += x(i);
        mean /= static_cast<Real>(count);
        for (std::size_t i = 0; i < count; ++i) {
            variance += (x(i) - mean) * (x(i) - mean);
            largest = std::max(largest, std::abs(x(i)));
        }
        variance /= static_cast<Real>(count);
    }
};

template <>
struct Law<BatchNorm> : UsualLaw {
    static constexpr std::size_t fewest_rows = 2;
    static constexpr double input_scale = 2;

    template <class L>
    static Standardised of_channel(const L& l, std::size_t c) {
        const std::size_t n = l.shape.channels();
        Standardised set(l.rows_in, [&](std::size_t r) { return Real{l.input.data()[r * n + c]}; });
        if (!l.training) {
            set.mean = l.statistics[0].data()[c];
            set.variance = l.statistics[1].data()[c];
        }
        return set;
    }
    template <class L>
    static void forward(const L& l, Wanted& y) {
        const std::size_t n = l.shape.channels();
        for (std::size_t c = 0; c < n; ++c) {
            const Standardised set = of_channel(l, c);
            const Real deviation = std::sqrt(set.variance + static_cast<Real>(BatchNorm::epsilon));
            const Real scale = l.values[0].data()[c], shift = l.values[1].data()[c];
            const Real size = std::abs(scale) * (set.largest + std::abs(set.mean)) / deviation;
            for (std::size_t r = 0; r < l.rows_in; ++r)
                y.set(r * n + c, scale * (l.input.data()[r * n + c] - set.mean) / deviation + shift,
                      (16 + static_cast<Real>(l.rows_in)) * (size + std::abs(shift)));
        }
    }
    template <class L>
    static void backward(const L& l, Wanted& dx, std::vector<Wanted>& dp) {
        const std::size_t n = l.shape.channels(), rows = l.rows_in;
        const Real count = static_cast<Real>(rows);
        for (std::size_t c = 0; c < n; ++c) {
            const Standardised set = of_channel(l, c);
            const Real deviation = std::sqrt(set.variance + static_cast<Real>(BatchNorm::epsilon));
            const Real scale = l.values[0].data()[c];
            Real dshift = 0, dscale = 0, shift_size = 0, scale_size = 0, largest_z = 0;
            const auto z = [&](std::size_t r) { return (l.input.data()[r * n + c] - set.mean) / deviation; };
            for (std::size_t r = 0; r < rows; ++r) {
                const Real dy = l.output_gradient.data()[r * n + c];
                dshift += dy;
                dscale += dy * z(r);
                shift_size += std::abs(dy);
                scale_size += std::abs(dy) * (std::abs(z(r)) + set.largest / deviation);
                largest_z = std::max(largest_z, std::abs(z(r)));
            }
            dp[0].set(c, dscale, (16 + count) * scale_size);
            dp[1].set(c, dshift, (16 + count) * shift_size);
            for (std::size_t r = 0; r < rows; ++r) {
                const Real dy = l.output_gradient.data()[r * n + c];
                const Real value = scale / deviation * (dy - dshift / count - z(r) * dscale / count);
                const Real size = std::abs(scale) / deviation *
                                  (std::abs(dy) + shift_size / count + largest_z * scale_size / count);
                dx.set(r * n + c, value, (16 + count) * size);
            }
        }
    }
};

template <>
struct Law<LayerNorm> : UsualLaw {
    static constexpr std::size_t fewest_channels = 2;
    static constexpr double input_scale = 2;

    template <class L>
    static Standardised of_row(const L& l, std::size_t r) {
        const std::size_t n = l.shape.channels();
        return Standardised(n, [&](std::size_t c) { return Real{l.input.data()[r * n + c]}; });
    }
    template <class L>
    static void forward(const L& l, Wanted& y) {
        const std::size_t n = l.shape.channels();
        for (std::size_t r = 0; r < l.rows_in; ++r) {
            const Standardised set = of_row(l, r);
            const Real deviation = std::sqrt(set.variance + static_cast<Real>(LayerNorm::epsilon));
            for (std::size_t c = 0; c < n; ++c) {
                const Real scale = l.values[0].data()[c], shift = l.values[1].data()[c];
                const Real size = std::abs(scale) * 2 * set.largest / deviation + std::abs(shift);
                y.set(r * n + c, scale * (l.input.data()[r * n + c] - set.mean) / deviation + shift,
                      (16 + static_cast<Real>(n)) * size);
            }
        }
    }
    template <class L>
    static void backward(const L& l, Wanted& dx, std::vector<Wanted>& dp) {
        const std::size_t n = l.shape.channels();
        const Real count = static_cast<Real>(n), roundings = 16 + count + static_cast<Real>(l.rows_in);
        for (std::size_t r = 0; r < l.rows_in; ++r) {
            const Standardised set = of_row(l, r);
            const Real deviation = std::sqrt(set.variance + static_cast<Real>(LayerNorm::epsilon));
            const auto z = [&](std::size_t c) { return (l.input.data()[r * n + c] - set.mean) / deviation; };
            const auto g = [&](std::size_t c) {
                return Real{l.output_gradient.data()[r * n + c]} * l.values[0].data()[c];
            };
            const Real z_size = 2 * set.largest / deviation;
            Real level = 0, slope = 0, size = 0;
            for (std::size_t c = 0; c < n; ++c) {
                level += g(c) / count;
                slope += g(c) * z(c) / count;
                size += std::abs(g(c)) / count;
                const Real dy = l.output_gradient.data()[r * n + c];
                dp[0].value[c] += dy * z(c);
                dp[0].slack[c] += std::abs(dy) * (std::abs(z(c)) + z_size) * roundings;
                dp[1].value[c] += dy;
                dp[1].slack[c] += std::abs(dy) * roundings;
            }
            for (std::size_t c = 0; c < n; ++c)
                dx.set(r * n + c, (g(c) - level - z(c) * slope) / deviation,
                       roundings * (std::abs(g(c)) + size + z_size * z_size * size) / deviation);
        }
    }
};

/// Calls f for all taps of a window over images, with the indices of its elements.
template <class L, class F>
void for_each_tap(const L& l, const Window& window, F f) {
    const WindowAxis &v = window.vertical, &h = window.horizontal;
    const Shape &in = l.shape, &out = l.node.facts.output;
    for (std::size_t b = 0; b < l.batch; ++b)
        for (std::size_t i = 0; i < out[0]; ++i)
            for (std::size_t j = 0; j < out[1]; ++j)
                for (std::size_t k = 0; k < v.kernel; ++k)
                    for (std::size_t m = 0; m < h.kernel; ++m) {
                        const std::size_t row = i * v.stride + k * v.dilation - v.padding;
                        const std::size_t column = j * h.stride + m * h.dilation - h.padding;
                        if (row >= in[0] || column >= in[1]) continue;  // padding
                        f((b * out[0] + i) * out[1] + j, (b * in[0] + row) * in[1] + column,
                          k * h.kernel + m);
                    }
}

template <std::size_t Channels, class... Options>
struct Law<Conv2d<Channels, Options...>> : UsualLaw {
    static constexpr Window window = Conv2d<Channels, Options...>::window;
    static constexpr bool exact = true, has_products = true, has_windows = true, image_only = true;

    /// Bound of the rounding error of a sum of `terms` terms; larger if a transform can compute it.
    template <class L>
    static Real roundings(std::size_t terms) {
        const bool transformed = !is_exact<typename L::backend> && window.vertical.kernel == 3 &&
                                 window.horizontal.kernel == 3 && window.vertical.stride == 1;
        return static_cast<Real>(terms + 2) * (transformed ? 60 : 1);
    }
    /// Calls f(index in y, index in x, index in the weights) for all products.
    template <class L, class F>
    static void for_each_product(const L& l, F f) {
        const std::size_t c = l.shape.channels(), in = c / window.groups, out = Channels / window.groups;
        for_each_tap(l, window, [&](std::size_t to, std::size_t from, std::size_t tap) {
            for (std::size_t u = 0; u < Channels; ++u)
                for (std::size_t i = 0; i < in; ++i)
                    f(to * Channels + u, from * c + u / out * in + i, (tap * in + i) * Channels + u);
        });
    }
    template <class L>
    static void forward(const L& l, Wanted& y) {
        for_each_product(l, [&](std::size_t to, std::size_t from, std::size_t w) {
            const Real term = Real{l.input.data()[from]} * l.values[0].data()[w];
            y.value[to] += term;
            y.slack[to] += std::abs(term);
        });
        const std::size_t terms = l.values[0].size() / Channels;
        Real largest = 0;  // a transform mixes the sums of neighbours
        for (const Real slack : y.slack) largest = std::max(largest, slack);
        for (std::size_t i = 0; i < y.value.size(); ++i) {
            const Real bias = window.bias ? Real{l.values.back().data()[i % Channels]} : 0;
            y.set(i, y.value[i] + bias,
                  ((is_exact<typename L::backend> ? y.slack[i] : largest) + std::abs(bias)) *
                      roundings<L>(terms));
        }
    }
    template <class L>
    static void backward(const L& l, Wanted& dx, std::vector<Wanted>& dp) {
        const auto dy = [&](std::size_t to) { return Real{l.output_gradient.data()[to]}; };
        for_each_product(l, [&](std::size_t to, std::size_t from, std::size_t w) {
            const Real to_x = dy(to) * l.values[0].data()[w], to_w = dy(to) * l.input.data()[from];
            dx.value[from] += to_x;
            dx.slack[from] += std::abs(to_x);
            dp[0].value[w] += to_w;
            dp[0].slack[w] += std::abs(to_w);
        });
        finish<L>(dx, window.vertical.kernel * window.horizontal.kernel * Channels);
        finish<L>(dp[0], l.rows_out);
        if (!window.bias) return;
        for (std::size_t i = 0; i < l.output_gradient.size(); ++i) {
            dp[1].value[i % Channels] += dy(i);
            dp[1].slack[i % Channels] += std::abs(dy(i)) * static_cast<Real>(l.rows_out + 2);
        }
    }
    template <class L>
    static void finish(Wanted& sums, std::size_t terms) {
        Real largest = 0;
        for (const Real slack : sums.slack) largest = std::max(largest, slack);
        for (Real& slack : sums.slack)
            slack = (is_exact<typename L::backend> ? slack : largest) * roundings<L>(terms);
    }
};

template <std::size_t Size, class... Options>
struct Law<MaxPool2d<Size, Options...>> : UsualLaw {
    static constexpr bool exact = true, image_only = true, spreads_gradients = false;
    static constexpr double step = 1e-6;

    /// The index of each maximum.
    template <class L>
    static std::vector<std::size_t> sources(const L& l) {
        const std::size_t c = l.shape.channels();
        std::vector<std::size_t> source(l.output.size(), l.input.size());
        for_each_tap(l, MaxPool2d<Size, Options...>::window,
                     [&](std::size_t to, std::size_t from, std::size_t) {
                         for (std::size_t i = 0; i < c; ++i) {
                             std::size_t& best = source[to * c + i];
                             const auto& x = l.input.data();
                             if (best == l.input.size() || x[from * c + i] > x[best]) best = from * c + i;
                         }
                     });
        return source;
    }
    template <class L>
    static void forward(const L& l, Wanted& y) {
        const auto source = sources(l);
        for (std::size_t i = 0; i < source.size(); ++i) y.set(i, l.input.data()[source[i]], 0);
    }
    template <class L>
    static void backward(const L& l, Wanted& dx, std::vector<Wanted>&) {
        const auto source = sources(l);
        for (std::size_t i = 0; i < source.size(); ++i) {
            const Real dy = l.output_gradient.data()[i];
            dx.value[source[i]] += dy;
            dx.slack[source[i]] += std::abs(dy) * Size * Size;
        }
    }
};

/// Averages: y = sum of share x, over the taps of a window or over all pixels.
template <class Derived>
struct MeanLaw : UsualLaw {
    static constexpr bool image_only = true;
    template <class L, class F>
    static void for_each_term(const L& l, F f) {
        const std::size_t c = l.shape.channels();
        Derived::for_each_pixel(l, [&](std::size_t to, std::size_t from) {
            for (std::size_t i = 0; i < c; ++i) f(to * c + i, from * c + i);
        });
    }
    template <class L>
    static void forward(const L& l, Wanted& y) {
        const Real share = 1 / Derived::count(l);
        for_each_term(l, [&](std::size_t to, std::size_t from) {
            y.value[to] += share * l.input.data()[from];
            y.slack[to] += std::abs(l.input.data()[from]);
        });
    }
    template <class L>
    static void backward(const L& l, Wanted& dx, std::vector<Wanted>&) {
        const Real share = 1 / Derived::count(l);
        for_each_term(l, [&](std::size_t to, std::size_t from) {
            dx.value[from] += share * l.output_gradient.data()[to];
            dx.slack[from] += std::abs(l.output_gradient.data()[to]);
        });
    }
};
template <std::size_t Size, class... Options>
struct Law<AveragePool2d<Size, Options...>> : MeanLaw<Law<AveragePool2d<Size, Options...>>> {
    static constexpr bool exact = (Size & (Size - 1)) == 0;
    template <class L>
    static Real count(const L&) {
        return Size * Size;
    }
    template <class L, class F>
    static void for_each_pixel(const L& l, F f) {
        for_each_tap(l, AveragePool2d<Size, Options...>::window,
                     [&](std::size_t to, std::size_t from, std::size_t) { f(to, from); });
    }
};
template <>
struct Law<GlobalAveragePool2d> : MeanLaw<Law<GlobalAveragePool2d>> {
    template <class L>
    static Real count(const L& l) {
        return static_cast<Real>(l.shape.pixels());
    }
    template <class L, class F>
    static void for_each_pixel(const L& l, F f) {
        for (std::size_t row = 0; row < l.rows_in; ++row) f(row / l.shape.pixels(), row);
    }
};

/// Sets the allowed error of all numbers from the largest one.
inline void bound_by_largest(Wanted& wanted, Real roundings) {
    Real largest = 0;
    for (const Real x : wanted.value) largest = std::max(largest, std::abs(x));
    for (Real& slack : wanted.slack) slack = roundings * largest;
}

template <std::size_t Reduced>
struct Law<SqueezeExcite<Reduced>> : UsualLaw {
    static constexpr bool has_products = true, image_only = true;
    static constexpr double step = 1e-5;

    /// One image: means, reduced units before and after the ReLU, gates.
    template <class L>
    struct Inside {
        std::vector<Real> mean, unit, gate;
        Inside(const L& l, std::size_t image) {
            const std::size_t c = l.shape.channels(), pixels = l.shape.pixels();
            mean.resize(c);
            for (std::size_t p = 0; p < pixels; ++p)
                for (std::size_t i = 0; i < c; ++i)
                    mean[i] += l.input.data()[(image * pixels + p) * c + i] / static_cast<Real>(pixels);
            for (std::size_t u = 0; u < Reduced; ++u) {
                Real sum = l.values[1].data()[u];
                for (std::size_t i = 0; i < c; ++i) sum += mean[i] * l.values[0].data()[i * Reduced + u];
                unit.push_back(std::max(sum, Real{0}));
            }
            for (std::size_t i = 0; i < c; ++i) {
                Real sum = l.values[3].data()[i];
                for (std::size_t u = 0; u < Reduced; ++u) sum += unit[u] * l.values[2].data()[u * c + i];
                gate.push_back(1 / (1 + std::exp(-sum)));
            }
        }
    };
    /// The number of rounding errors in all sums that lead to a result.
    template <class L>
    static Real roundings(const L& l) {
        return 4 * static_cast<Real>(l.shape.channels() + Reduced + l.shape.pixels() + l.batch);
    }
    template <class L>
    static void forward(const L& l, Wanted& y) {
        const std::size_t c = l.shape.channels(), pixels = l.shape.pixels();
        for (std::size_t b = 0; b < l.batch; ++b) {
            const Inside<L> in(l, b);
            for (std::size_t at = b * pixels * c; at < (b + 1) * pixels * c; ++at)
                y.set(at, l.input.data()[at] * in.gate[at % c], 0);
        }
        bound_by_largest(y, roundings(l));
    }
    template <class L>
    static void backward(const L& l, Wanted& dx, std::vector<Wanted>& dp) {
        const std::size_t c = l.shape.channels(), pixels = l.shape.pixels();
        for (std::size_t b = 0; b < l.batch; ++b) {
            const Inside<L> in(l, b);
            const auto dy = [&](std::size_t at) { return Real{l.output_gradient.data()[at]}; };
            std::vector<Real> score(c), unit(Reduced), mean(c);
            for (std::size_t at = b * pixels * c; at < (b + 1) * pixels * c; ++at)
                score[at % c] += dy(at) * l.input.data()[at];
            for (std::size_t i = 0; i < c; ++i) {
                score[i] *= in.gate[i] * (1 - in.gate[i]);
                dp[3].value[i] += score[i];
                for (std::size_t u = 0; u < Reduced; ++u) {
                    dp[2].value[u * c + i] += in.unit[u] * score[i];
                    unit[u] += score[i] * l.values[2].data()[u * c + i];
                }
            }
            for (std::size_t u = 0; u < Reduced; ++u) {
                if (in.unit[u] <= 0) continue;
                dp[1].value[u] += unit[u];
                for (std::size_t i = 0; i < c; ++i) {
                    dp[0].value[i * Reduced + u] += in.mean[i] * unit[u];
                    mean[i] += unit[u] * l.values[0].data()[i * Reduced + u];
                }
            }
            for (std::size_t at = b * pixels * c; at < (b + 1) * pixels * c; ++at)
                dx.set(at, dy(at) * in.gate[at % c] + mean[at % c] / static_cast<Real>(pixels), 0);
        }
        bound_by_largest(dx, roundings(l));
        for (Wanted& wanted : dp) bound_by_largest(wanted, roundings(l));
    }
};

template <std::size_t Words, std::size_t Width>
struct Law<Embedding<Words, Width>> : UsualLaw {
    static constexpr bool exact = true, flat_only = true, steps_only = true;
    template <class L>
    static std::size_t word(const L& l, std::size_t row) {
        return static_cast<std::size_t>(l.input.data()[row]);
    }
    template <class L>
    static void forward(const L& l, Wanted& y) {
        for (std::size_t r = 0; r < l.rows_in; ++r)
            for (std::size_t c = 0; c < Width; ++c)
                y.set(r * Width + c, l.values[0].data()[word(l, r) * Width + c], 0);
    }
    template <class L>
    static void backward(const L& l, Wanted&, std::vector<Wanted>& dp) {
        for (std::size_t r = 0; r < l.rows_in; ++r)
            for (std::size_t c = 0; c < Width; ++c) {
                const Real dy = l.output_gradient.data()[r * Width + c];
                const std::size_t at = word(l, r) * Width + c;
                dp[0].value[at] += dy;
                dp[0].slack[at] += std::abs(dy) * static_cast<Real>(l.rows_in);
            }
    }
};

/// Reference of recurrent layers, with loops in `Real`. Errors grow from step to step by a factor that depends on the
/// numbers, so the allowed error is a multiple of epsilon times the largest number.
struct RecurrentLaw : UsualLaw {
    static constexpr bool flat_only = true, steps_only = true, has_products = true;

    template <class L>
    static Real slack(const L& l, std::size_t terms) {
        return 4 * static_cast<Real>(terms + l.shape.channels()) * static_cast<Real>(l.steps);
    }
    template <class L>
    static Real value(const L& l, std::size_t parameter, std::size_t i) {
        return l.values[parameter].data()[i];
    }
    static Real sigma(Real x) { return 1 / (1 + std::exp(-x)); }
    /// Adds the contributions of the gradients of one unit's gates in one row, separately for input and state, to the
    /// gradients of inputs, parameters and previous states. before(v): state of unit v in the previous step.
    template <std::size_t Hidden, std::size_t Gates, class L, class Before>
    static void spread(const L& l, std::size_t row, std::size_t u, const Real (&of_input)[Gates],
                       const Real (&of_state)[Gates], const Before& before, Wanted& dx,
                       std::vector<Wanted>& dp, std::vector<Real>& dstate) {
        const std::size_t n = l.shape.channels();
        for (std::size_t gate = 0; gate < Gates; ++gate) {
            const std::size_t column = gate * Hidden + u;
            dp[2].value[column] += of_input[gate];
            dp[3].value[column] += of_state[gate];
            for (std::size_t k = 0; k < n; ++k) {
                dp[0].value[k * Gates * Hidden + column] += l.input.data()[row * n + k] * of_input[gate];
                dx.value[row * n + k] += of_input[gate] * value(l, 0, k * Gates * Hidden + column);
            }
            for (std::size_t v = 0; v < Hidden; ++v) {
                dp[1].value[v * Gates * Hidden + column] += before(v) * of_state[gate];
                if (row >= l.batch)
                    dstate[(row - l.batch) * Hidden + v] +=
                        of_state[gate] * value(l, 1, v * Gates * Hidden + column);
            }
        }
    }
};

template <std::size_t Hidden>
struct Law<LSTM<Hidden>> : RecurrentLaw {
    /// The values of all steps: gates after their activation functions, cells, states.
    template <class L>
    struct Run {
        std::vector<Real> gate, cell, state;
        explicit Run(const L& l)
            : gate(l.rows_in * 4 * Hidden), cell(l.rows_in * Hidden), state(l.rows_in * Hidden) {
            for (std::size_t row = 0; row < l.rows_in; ++row)
                for (std::size_t u = 0; u < Hidden; ++u) {
                    Real z[4];
                    for (std::size_t g = 0; g < 4; ++g) {
                        const std::size_t column = g * Hidden + u;
                        z[g] = value(l, 2, column) + value(l, 3, column);
                        for (std::size_t i = 0; i < l.shape.channels(); ++i)
                            z[g] += l.input.data()[row * l.shape.channels() + i] *
                                    value(l, 0, i * 4 * Hidden + column);
                        for (std::size_t v = 0; v < Hidden; ++v)
                            z[g] += before(l, row, v, false) * value(l, 1, v * 4 * Hidden + column);
                    }
                    Real* const gates = &gate[row * 4 * Hidden + u];
                    gates[0] = sigma(z[0]);
                    gates[Hidden] = sigma(z[1]);
                    gates[2 * Hidden] = std::tanh(z[2]);
                    gates[3 * Hidden] = sigma(z[3]);
                    Real& c = cell[row * Hidden + u];
                    c = gates[Hidden] * before(l, row, u, true) + gates[0] * gates[2 * Hidden];
                    state[row * Hidden + u] = gates[3 * Hidden] * std::tanh(c);
                }
        }
        /// The state or cell of unit u before the time step of this row.
        Real before(const L& l, std::size_t row, std::size_t u, bool of_cell) const {
            if (row < l.batch) return l.carried.data()[row * 2 * Hidden + (of_cell ? Hidden : 0) + u];
            return (of_cell ? cell : state)[(row - l.batch) * Hidden + u];
        }
    };
    template <class L>
    static void forward(const L& l, Wanted& y) {
        const Run<L> run(l);
        for (std::size_t i = 0; i < run.state.size(); ++i) y.set(i, run.state[i], slack(l, Hidden));
    }
    template <class L>
    static void backward(const L& l, Wanted& dx, std::vector<Wanted>& dp) {
        const Run<L> run(l);
        std::vector<Real> dstate(l.rows_in * Hidden), dcell(l.rows_in * Hidden);
        for (std::size_t i = 0; i < dstate.size(); ++i) dstate[i] = l.output_gradient.data()[i];
        for (std::size_t row = l.rows_in; row-- > 0;)
            for (std::size_t u = 0; u < Hidden; ++u) {
                const Real* const gates = &run.gate[row * 4 * Hidden + u];
                const Real i = gates[0], f = gates[Hidden], g = gates[2 * Hidden], o = gates[3 * Hidden];
                const Real dh = dstate[row * Hidden + u], t = std::tanh(run.cell[row * Hidden + u]);
                const Real dc = dcell[row * Hidden + u] + dh * o * (1 - t * t);
                const Real dz[4] = {dc * g * i * (1 - i), dc * run.before(l, row, u, true) * f * (1 - f),
                                    dc * i * (1 - g * g), dh * t * o * (1 - o)};
                if (row >= l.batch) dcell[(row - l.batch) * Hidden + u] = dc * f;
                spread<Hidden>(
                    l, row, u, dz, dz, [&](std::size_t v) { return run.before(l, row, v, false); }, dx, dp,
                    dstate);
            }
        for (Wanted* wanted : {&dx, &dp[0], &dp[1], &dp[2], &dp[3]})
            bound_by_largest(*wanted, slack(l, 4 * Hidden + l.batch));
    }
};

template <std::size_t Hidden>
struct Law<GRU<Hidden>> : RecurrentLaw {
    /// The values of all steps: gates after their activation functions, the term that r scales, states.
    template <class L>
    struct Run {
        std::vector<Real> gate, scaled, state;
        explicit Run(const L& l)
            : gate(l.rows_in * 3 * Hidden), scaled(l.rows_in * Hidden), state(l.rows_in * Hidden) {
            for (std::size_t row = 0; row < l.rows_in; ++row)
                for (std::size_t u = 0; u < Hidden; ++u) {
                    Real z[3], q[3];
                    for (std::size_t g = 0; g < 3; ++g) {
                        const std::size_t column = g * Hidden + u;
                        z[g] = value(l, 2, column);
                        q[g] = value(l, 3, column);
                        for (std::size_t i = 0; i < l.shape.channels(); ++i)
                            z[g] += l.input.data()[row * l.shape.channels() + i] *
                                    value(l, 0, i * 3 * Hidden + column);
                        for (std::size_t v = 0; v < Hidden; ++v)
                            q[g] += before(l, row, v) * value(l, 1, v * 3 * Hidden + column);
                    }
                    Real* const gates = &gate[row * 3 * Hidden + u];
                    gates[0] = sigma(z[0] + q[0]);
                    gates[Hidden] = sigma(z[1] + q[1]);
                    const Real n = gates[2 * Hidden] = std::tanh(z[2] + gates[0] * q[2]);
                    scaled[row * Hidden + u] = q[2];
                    state[row * Hidden + u] = (1 - gates[Hidden]) * n + gates[Hidden] * before(l, row, u);
                }
        }
        Real before(const L& l, std::size_t row, std::size_t u) const {
            return row < l.batch ? Real{l.carried.data()[row * Hidden + u]}
                                 : state[(row - l.batch) * Hidden + u];
        }
    };
    template <class L>
    static void forward(const L& l, Wanted& y) {
        const Run<L> run(l);
        for (std::size_t i = 0; i < run.state.size(); ++i) y.set(i, run.state[i], slack(l, Hidden));
    }
    template <class L>
    static void backward(const L& l, Wanted& dx, std::vector<Wanted>& dp) {
        const Run<L> run(l);
        std::vector<Real> dstate(l.rows_in * Hidden);
        for (std::size_t i = 0; i < dstate.size(); ++i) dstate[i] = l.output_gradient.data()[i];
        for (std::size_t row = l.rows_in; row-- > 0;)
            for (std::size_t u = 0; u < Hidden; ++u) {
                const Real* const gates = &run.gate[row * 3 * Hidden + u];
                const Real r = gates[0], z = gates[Hidden], g = gates[2 * Hidden];
                const Real dh = dstate[row * Hidden + u], dn = dh * (1 - z) * (1 - g * g);
                const Real dr = dn * run.scaled[row * Hidden + u] * r * (1 - r);
                const Real dz = dh * (run.before(l, row, u) - g) * z * (1 - z);
                const Real of_input[3] = {dr, dz, dn}, of_state[3] = {dr, dz, dn * r};
                if (row >= l.batch) dstate[(row - l.batch) * Hidden + u] += dh * z;
                spread<Hidden>(
                    l, row, u, of_input, of_state, [&](std::size_t v) { return run.before(l, row, v); }, dx,
                    dp, dstate);
            }
        for (Wanted* wanted : {&dx, &dp[0], &dp[1], &dp[2], &dp[3]})
            bound_by_largest(*wanted, slack(l, 3 * Hidden + l.batch));
    }
};

template <>
struct Law<LastStep> : UsualLaw {
    static constexpr bool exact = true, flat_only = true, steps_only = true;
    static constexpr bool spreads_gradients = false;
    template <class L>
    static void forward(const L& l, Wanted& y) {
        const std::size_t first = l.input.size() - l.output.size();
        for (std::size_t i = 0; i < l.output.size(); ++i) y.set(i, l.input.data()[first + i], 0);
    }
    template <class L>
    static void backward(const L& l, Wanted& dx, std::vector<Wanted>&) {
        const std::size_t first = l.input.size() - l.output.size();
        for (std::size_t i = 0; i < l.output.size(); ++i) dx.set(first + i, l.output_gradient.data()[i], 0);
    }
};

/// All layers but the heads, once for each kind of options. The second convolution uses Winograd's transform if there
/// are 16 channels and maps of 4x4.
using FlatLayers = meta::List<Dense<1>, Dense<7>, Dense<33>, Dense<21, NoBias>, Flatten, Dropout<>,
                              Dropout<Percent<20>>, BatchNorm, LayerNorm, ReLU, ReLU6, LeakyReLU<>,
                              LeakyReLU<Percent<25>>, GELU, SiLU, Sigmoid, Tanh, Normalize>;
using ImageLayers =
    meta::List<Conv2d<5, Kernel<3>, Padding<1>>, Conv2d<16, Kernel<3>, Padding<1>>,
               Conv2d<18, Kernel<3>, Stride<2>, Padding<1>>, Conv2d<7, Kernel<1>>,
               Conv2d<6, Kernel<2, 3>, Padding<1, 2>, Dilation<2, 1>, NoBias>,
               Conv2d<8, Kernel<3>, Padding<1>, Groups<4>>,
               Conv2d<4, Kernel<3>, Padding<1>, Groups<4>, NoBias>, MaxPool2d<2>,
               MaxPool2d<3, Stride<2>, Padding<1>>, AveragePool2d<2>, AveragePool2d<3, Stride<1>, Padding<1>>,
               GlobalAveragePool2d, SqueezeExcite<3>>;
/// Layers of sequences.
using StepLayers = meta::List<Embedding<1, 3>, Embedding<7, 5>, Embedding<40, 33>, LSTM<1>, LSTM<5>, LSTM<21>,
                              GRU<1>, GRU<6>, GRU<18>, LastStep>;
using Layers = meta::concatenate<FlatLayers, ImageLayers, StepLayers>;

/// All heads.
using Heads = meta::List<SoftmaxClassifier<2>, SoftmaxClassifier<5>, GaussianRegressor<1>,
                         GaussianRegressor<3>, AveragedHead<SoftmaxClassifier<3>, 1>,
                         AveragedHead<SoftmaxClassifier<5>, 4>, AveragedHead<SoftmaxClassifier<10>, 10>,
                         AveragedHead<GaussianRegressor<1>, 5>, AveragedHead<GaussianRegressor<3>, 7>>;

/// The back ends of this build.
using Backends = std::conditional_t<blas::available, meta::List<OwnTiles<>, Cblas<>>, meta::List<OwnTiles<>>>;

/// The back ends that affect a layer: only products use BLAS, only windows use transforms.
template <class Layer>
using BackendsOf =
    std::conditional_t<Law<Layer>::has_windows, meta::concatenate<Backends, meta::List<Exact<OwnTiles<>>>>,
                       std::conditional_t<Law<Layer>::has_products, Backends, meta::List<OwnTiles<>>>>;

template <class Backend>
inline constexpr bool own_products = std::is_base_of_v<OwnTiles<typename Backend::arch>, Backend>;

/// Whether a 3x3 convolution uses Winograd's transform.
template <class Backend>
constexpr bool by_winograd(std::size_t batch, const Shape& in, std::size_t channels) {
    constexpr Window window = Conv2d<1, Kernel<3>, Padding<1>>::window;
    return kernels::winograd_applies<Backend>(
        kernels::convolution_shape(batch, in[0], in[1], in.channels(), channels, window));
}
static_assert(by_winograd<OwnTiles<>>(1, image(5, 5, 16), 16));
static_assert(!by_winograd<Exact<OwnTiles<>>>(1, image(5, 5, 16), 16));

/// Whether results are exact for small integers.
template <class Layer, class Backend>
inline constexpr bool exact_in = Law<Layer>::exact && (!Law<Layer>::has_windows || is_exact<Backend>);

template <class... Types, class F>
void for_each_type(meta::List<Types...>, F f) {
    (f(std::type_identity<Types>{}), ...);
}

/// Image shapes of many sizes that a layer accepts.
template <class Layer>
std::vector<Shape> images_for() {
    std::vector<Shape> shapes;
    for (const Shape& shape : {image(4, 4, 1), image(5, 3, 2), image(3, 4, 4), image(3, 3, 6), image(2, 2, 4),
                               image(7, 5, 3), image(6, 6, 8), image(5, 5, 16), image(5, 6, 20),
                               image(9, 8, 16), image(4, 9, 36), image(3, 3, 70)})
        if (!Layer::facts(shape).refusal) shapes.push_back(shape);
    return shapes;
}

/// Shapes that a layer accepts, with one channel to more channels than a register tile has.
template <class Layer>
std::vector<Shape> shapes_for() {
    if (Law<Layer>::image_only) return images_for<Layer>();
    std::vector<Shape> shapes;
    if (Law<Layer>::steps_only) {
        for (const std::size_t n : {1U, 3U, 6U, 17U, 33U})
            if (!Layer::facts(features(n, true)).refusal) shapes.push_back(features(n, true));
        return shapes;
    }
    for (const std::size_t n : {1U, 2U, 3U, 5U, 8U, 13U, 17U, 33U, 70U})
        if (n >= Law<Layer>::fewest_channels) shapes.push_back(features(n));
    shapes.push_back(features(6, true));
    if (Law<Layer>::flat_only) return shapes;
    if (Law<Layer>::fewest_channels < 2) shapes.push_back(image(5, 3, 1));
    for (const std::size_t n : {2U, 3U, 7U, 19U}) shapes.push_back(image(3, 2, n));
    shapes.push_back(image(1, 1, 9));
    return shapes;
}

/// A shape with n features, or with as many as the layer accepts.
template <class Layer>
Shape features_for(std::size_t n) {
    const Shape shape = features(n, Law<Layer>::steps_only);
    return Layer::facts(shape).refusal ? features(1, true) : shape;
}

/// The name of a layer in messages.
template <class Layer>
std::string name_of() {
    return std::string(Layer::name);
}

}  // namespace alrao::laws
