#include <alrao/kernels/cblas.hpp>
#include <alrao/kernels/winograd/winograd.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/philox.hpp>

#include "../../effort.hpp"
#include "../own_tiles.hpp"
#include "../same_bits.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

namespace kernels_winograd_winograd_test {

using namespace alrao;
using namespace alrao::kernels;

namespace {

constexpr std::size_t batch_of_law = 5;

/// A row of channels per pixel. The elements between rows are guards; the last row has none behind it.
template <class T>
struct Image {
    std::size_t rows, channels, stride;
    std::vector<T> memory;

    Image(std::size_t r, std::size_t c, std::size_t gap)
        : rows(r),
          channels(c),
          stride(c + gap),
          memory((r - 1) * (c + gap) + c, std::numeric_limits<T>::quiet_NaN()) {}

    T& at(std::size_t row, std::size_t channel) { return memory[row * stride + channel]; }
    T at(std::size_t row, std::size_t channel) const { return memory[row * stride + channel]; }
    Matrix<T> matrix() { return {memory.data(), stride}; }
    Matrix<const T> matrix() const { return {memory.data(), stride}; }

    void fill(Philox& random) {
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < channels; ++c) at(r, c) = static_cast<T>(random.normal());
    }
    std::vector<T> values() const {
        std::vector<T> all;
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < channels; ++c) all.push_back(at(r, c));
        return all;
    }
    bool poison_intact() const {
        for (std::size_t r = 0; r + 1 < rows; ++r)
            for (std::size_t c = channels; c < stride; ++c)
                if (is_finite(at(r, c))) return false;
        return true;
    }
};

ConvolutionShape shape_of(std::size_t batch, std::size_t height, std::size_t width, std::size_t in,
                          std::size_t out, std::size_t vertical, std::size_t horizontal) {
    Window window = window_of<Kernel<3>>();
    window.vertical.padding = vertical;
    window.horizontal.padding = horizontal;
    return convolution_shape(batch, height, width, in, out, window);
}

/// The arrays of a convolution, and its three passes.
template <class T>
struct Case {
    ConvolutionShape shape;
    Image<T> x, y, dx, dy;
    std::vector<T> weight, dweight, bias, largest, largest_gradient;

    explicit Case(const ConvolutionShape& s, std::uint64_t seed = 1, std::size_t gap = 3)
        : shape(s),
          x(s.pixels(), s.channels, gap),
          y(s.out_pixels(), s.out_channels, gap + 1),
          dx(s.pixels(), s.channels, gap + 2),
          dy(s.out_pixels(), s.out_channels, gap == 0 ? 0 : 1),
          weight(s.weights()),
          dweight(s.weights(), std::numeric_limits<T>::quiet_NaN()),
          bias(s.out_channels),
          largest(s.out_channels, T{-1}),
          largest_gradient(s.out_channels, T{-1}) {
        Philox random(Seed{seed}, Stream::initialization);
        x.fill(random);
        dy.fill(random);
        for (T& w : weight) w = static_cast<T>(random.normal());
        for (T& b : bias) b = static_cast<T>(random.normal());
    }

    template <class Backend, class F>
    void with_workspace(Threads& threads, F&& f) const {
        const std::size_t size = winograd_workspace<Backend, T>(shape, threads.count());
        AlignedBuffer<T> workspace(size + 16);
        std::ranges::fill(workspace.span(), std::numeric_limits<T>::quiet_NaN());
        f(workspace.data());
        for (std::size_t i = size; i < workspace.size(); ++i) CHECK_FALSE(is_finite(workspace.data()[i]));
    }

    template <class Backend>
    void forward(Threads& threads, const Epilogue<T>& epilogue = {}) {
        with_workspace<Backend>(threads, [&](T* workspace) {
            winograd_forward<Backend, T>(shape, x.matrix(), weight.data(), y.matrix(), epilogue, workspace,
                                         threads);
        });
        CHECK(y.poison_intact());
    }
    template <class Backend>
    void backward(Threads& threads) {
        with_workspace<Backend>(threads, [&](T* workspace) {
            winograd_backward_input<Backend, T>(shape, dy.matrix(), weight.data(), dx.matrix(), workspace,
                                                threads);
        });
        CHECK(dx.poison_intact());
        with_workspace<Backend>(threads, [&](T* workspace) {
            winograd_backward_weight<Backend, T>(shape, x.matrix(), dy.matrix(), dweight.data(),
                                                 largest_gradient.data(), workspace, threads);
        });
    }

    /// Calls term(pixel of x, pixel of y, tap) for every tap that is inside its image.
    template <class F>
    void for_each_tap(std::size_t image, F&& term) const {
        const ConvolutionShape& s = shape;
        const std::size_t above = s.window.vertical.padding, left = s.window.horizontal.padding;
        for (std::size_t i = 0; i < s.out_height; ++i) {
            for (std::size_t j = 0; j < s.out_width; ++j) {
                for (std::size_t tap = 0; tap < 9; ++tap) {
                    const std::size_t u = i + tap / 3, v = j + tap % 3;
                    if (u < above || v < left || u - above >= s.height || v - left >= s.width) continue;
                    term((image * s.height + u - above) * s.width + v - left,
                         (image * s.out_height + i) * s.out_width + j, tap);
                }
            }
        }
    }
};

/// The three results from the definition, in double.
struct Expected {
    std::vector<double> y, dx, dweight;

    template <class T>
    explicit Expected(const Case<T>& c)
        : y(c.y.rows * c.y.channels), dx(c.dx.rows * c.dx.channels), dweight(c.weight.size()) {
        const std::size_t in = c.shape.channels, out = c.shape.out_channels;
        for (std::size_t image = 0; image < c.shape.batch; ++image) {
            c.for_each_tap(image, [&](std::size_t from, std::size_t to, std::size_t tap) {
                for (std::size_t a = 0; a < in; ++a) {
                    const double input = c.x.at(from, a);
                    double sum = 0;
                    for (std::size_t b = 0; b < out; ++b) {
                        const std::size_t w = (tap * in + a) * out + b;
                        const double weight = c.weight[w], gradient = c.dy.at(to, b);
                        y[to * out + b] += input * weight;
                        sum += gradient * weight;
                        dweight[w] += input * gradient;
                    }
                    dx[from * in + a] += sum;
                }
            });
        }
    }
};

/// In double, compares the largest difference with the largest value; in float, the root mean squares.
template <class T>
bool close(const std::vector<T>& got, const std::vector<double>& wanted) {
    double gap = 0, size = 0;
    for (std::size_t i = 0; i < got.size(); ++i) {
        const double g = std::abs(double{got[i]} - wanted[i]), w = std::abs(wanted[i]);
        if (!(g < 1e30)) return false;
        gap = sizeof(T) == 8 ? std::max(gap, g) : gap + g * g;
        size = sizeof(T) == 8 ? std::max(size, w) : size + w * w;
    }
    return sizeof(T) == 8 ? gap <= 1e-12 * size : std::sqrt(gap / size) <= 2e-5;
}

template <class Backend, class T>
void check_results(Case<T> c, const Expected& expected, Threads& threads) {
    CAPTURE(c.shape.batch);
    CAPTURE(c.shape.height);
    CAPTURE(c.shape.width);
    CAPTURE(c.shape.channels);
    CAPTURE(c.shape.out_channels);
    c.template forward<Backend>(threads);
    c.template backward<Backend>(threads);
    CHECK(close(c.y.values(), expected.y));
    CHECK(close(c.dx.values(), expected.dx));
    CHECK(close(c.dweight, expected.dweight));
    for (std::size_t k = 0; k < c.shape.out_channels; ++k) {
        T largest{0};
        for (std::size_t i = k; i < c.dweight.size(); i += c.shape.out_channels)
            largest = std::max(largest, std::abs(c.dweight[i]));
        CHECK(c.largest_gradient[k] == largest);
    }
}

/// Calls f for the register tiles for the compiler flags, for those for smaller registers, and for BLAS
/// if there is one.
template <class T, class F, bool WithBlas = blas::available>
void on_all_backends(F&& f) {
    on_own_tiles(f);
    if constexpr (WithBlas) f(std::type_identity<Cblas<>>{});
}

std::vector<ConvolutionShape> random_shapes(std::size_t count) {
    Philox random(Seed{2}, Stream::initialization);
    const auto between = [&](std::uint64_t low, std::uint64_t high) {
        return static_cast<std::size_t>(low + random.below(high - low + 1));
    };
    std::vector<ConvolutionShape> shapes;
    while (shapes.size() < count) {
        const auto shape = shape_of(between(1, 5), between(4, 19), between(4, 19), between(1, 70),
                                    between(1, 70), between(0, 2), between(0, 2));
        if (shape.out_height >= 4 && shape.out_width >= 4) shapes.push_back(shape);
    }
    return shapes;
}

/// Shapes beyond every threshold at which the division into blocks changes, with remainders.
const std::vector<ConvolutionShape> long_shapes{
    shape_of(13, 18, 21, 5, 33, 1, 1), shape_of(9, 15, 16, 37, 9, 0, 2), shape_of(1, 9, 9, 530, 70, 1, 1),
    shape_of(6, 17, 17, 67, 150, 1, 0), shape_of(2, 6, 6, 150, 290, 2, 2)};

template <class T>
void check_all_shapes() {
    Threads one(1), two(2);
    auto shapes = random_shapes(effort(sizeof(T) == 4 ? 40 : 30, 4));
    if (is_optimized) shapes.insert(shapes.end(), long_shapes.begin(), long_shapes.end());
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        const Case<T> c(shapes[i], i, i % 4);
        const Expected expected(c);
        on_all_backends<T>([&]<class Backend>(std::type_identity<Backend>) {
            check_results<Backend>(c, expected, i % 2 == 0 ? one : two);
        });
    }
}

template <class T>
void check_threads() {
    Threads one(1), two(2), three(3);
    auto shapes = random_shapes(effort(8, 1));
    shapes.insert(shapes.end(), long_shapes.begin(), long_shapes.end());
    for (const auto& shape : shapes) {
        Case<T> c(shape);
        Case<T> with_two = c, with_three = c;
        const auto run = [&](Case<T>& each, Threads& threads) {
            each.template forward<OwnTiles<>>(threads,
                                              {.bias = each.bias.data(), .magnitude = each.largest.data()});
            each.template backward<OwnTiles<>>(threads);
        };
        run(c, one);
        run(with_two, two);
        run(with_three, three);
        for (const auto* other : {&with_two, &with_three}) {
            CHECK(same_bits(c.y.values(), other->y.values()));
            CHECK(same_bits(c.dx.values(), other->dx.values()));
            CHECK(same_bits(c.dweight, other->dweight));
            CHECK(same_bits(c.largest, other->largest));
            CHECK(same_bits(c.largest_gradient, other->largest_gradient));
        }
    }
}

template <class T>
void check_samples() {
    Threads two(2);
    for (const std::size_t extent : {std::size_t{7}, std::size_t{18}}) {
        auto shape = shape_of(batch_of_law, extent, extent + 3, 21, 45, 1, 1);
        Case<T> all(shape);
        all.template forward<OwnTiles<>>(two);
        all.template backward<OwnTiles<>>(two);
        shape.batch = 1;
        for (std::size_t i = 0; i < batch_of_law; ++i) {
            Case<T> one(shape, 77, 5);
            one.weight = all.weight;
            for (std::size_t r = 0; r < one.x.rows; ++r)
                for (std::size_t c = 0; c < one.x.channels; ++c)
                    one.x.at(r, c) = all.x.at(i * one.x.rows + r, c);
            for (std::size_t r = 0; r < one.dy.rows; ++r)
                for (std::size_t c = 0; c < one.dy.channels; ++c)
                    one.dy.at(r, c) = all.dy.at(i * one.dy.rows + r, c);
            one.template forward<OwnTiles<>>(two);
            one.template backward<OwnTiles<>>(two);
            const auto piece = [&](const Image<T>& image, std::size_t rows) {
                const auto values = image.values();
                const auto size = static_cast<std::ptrdiff_t>(rows * image.channels);
                const auto first = values.begin() + static_cast<std::ptrdiff_t>(i) * size;
                return std::vector<T>(first, first + size);
            };
            CHECK(same_bits(one.y.values(), piece(all.y, one.y.rows)));
            CHECK(same_bits(one.dx.values(), piece(all.dx, one.dx.rows)));
        }
    }
}

template <class T>
void check_epilogue() {
    Threads two(2);
    for (const auto& shape : {shape_of(3, 9, 10, 20, 37, 1, 1), shape_of(13, 17, 18, 6, 21, 1, 1)}) {
        on_all_backends<T>([&]<class Backend>(std::type_identity<Backend>) {
            Case<T> plain(shape);
            Case<T> rich = plain;
            plain.template forward<Backend>(two);
            Philox random(Seed{9}, Stream::initialization);
            rich.y.fill(random);
            const auto old = rich.y;
            rich.template forward<Backend>(two, {.bias = rich.bias.data(),
                                                 .activation = Activation::relu,
                                                 .magnitude = rich.largest.data(),
                                                 .accumulate = true});
            std::vector<T> largest(shape.out_channels);
            for (std::size_t r = 0; r < plain.y.rows; ++r) {
                for (std::size_t k = 0; k < shape.out_channels; ++k) {
                    const T value = (old.at(r, k) + plain.y.at(r, k)) + rich.bias[k];
                    largest[k] = std::max(largest[k], std::abs(value));
                    REQUIRE(rich.y.at(r, k) == std::max(value, T{0}));
                }
            }
            CHECK(rich.largest == largest);
        });
    }
}

/// The relative root mean square error of every `step`th element.
template <class F>
double sampled_error(std::size_t count, std::size_t step, F&& pair) {
    double gap = 0, size = 0;
    for (std::size_t i = 0; i < count; i += step) {
        const auto [got, wanted] = pair(i);
        gap += (got - wanted) * (got - wanted);
        size += wanted * wanted;
    }
    return std::sqrt(gap / size);
}

}  // namespace

TEST_CASE_TEMPLATE("Winograd: three passes equal the definition", T, float, double) { check_all_shapes<T>(); }

TEST_CASE_TEMPLATE("Winograd: same bits on any number of threads", T, float, double) { check_threads<T>(); }

TEST_CASE_TEMPLATE("Winograd: a batch gives the same bits as its samples", T, float, double) {
    check_samples<T>();
}

TEST_CASE_TEMPLATE("Winograd: the epilogue applies bias, magnitude and ReLU", T, float, double) {
    check_epilogue<T>();
}

TEST_CASE("Winograd: errors in float have the documented size up to 512 channels") {
    struct Extents {
        std::size_t in, side, out;
    };
    Threads threads(2);
    for (const Extents e : {Extents{64, 32, 64}, Extents{128, 16, 128}, Extents{64, 16, 128},
                            Extents{256, 8, 256}, Extents{512, 4, 512}}) {
        CAPTURE(e.in);
        Case<float> c(shape_of(effort(8, 1), e.side, e.side, e.in, e.out, 1, 1));
        c.forward<OwnTiles<>>(threads);
        c.backward<OwnTiles<>>(threads);
        const std::size_t in = e.in, out = e.out, side = e.side;
        /// Sums over taps of f(other pixel, tap), for a pixel of x (sign -1) or y (sign 1).
        const auto taps = [&](std::size_t pixel, int sign, auto&& f) {
            const auto n = static_cast<std::ptrdiff_t>(side);
            const auto place = static_cast<std::ptrdiff_t>(pixel);
            const std::ptrdiff_t j = place % n, i = place / n % n, image = place / n / n;
            double sum = 0;
            for (std::ptrdiff_t tap = 0; tap < 9; ++tap) {
                const std::ptrdiff_t u = i + sign * (tap / 3 - 1), v = j + sign * (tap % 3 - 1);
                if (u < 0 || v < 0 || u >= n || v >= n) continue;
                sum += f(static_cast<std::size_t>((image * n + u) * n + v), static_cast<std::size_t>(tap));
            }
            return sum;
        };
        CHECK(sampled_error(c.y.rows * out, 1997, [&](std::size_t at) {
                  const std::size_t k = at % out;
                  const double wanted = taps(at / out, 1, [&](std::size_t from, std::size_t tap) {
                      double sum = 0;
                      for (std::size_t a = 0; a < in; ++a)
                          sum += double{c.x.at(from, a)} * double{c.weight[(tap * in + a) * out + k]};
                      return sum;
                  });
                  return std::pair{double{c.y.at(at / out, k)}, wanted};
              }) <= 2e-5);
        CHECK(sampled_error(c.dx.rows * in, 1997, [&](std::size_t at) {
                  const std::size_t a = at % in;
                  const double wanted = taps(at / in, -1, [&](std::size_t from, std::size_t tap) {
                      double sum = 0;
                      for (std::size_t k = 0; k < out; ++k)
                          sum += double{c.dy.at(from, k)} * double{c.weight[(tap * in + a) * out + k]};
                      return sum;
                  });
                  return std::pair{double{c.dx.at(at / in, a)}, wanted};
              }) <= 2e-5);
        CHECK(sampled_error(c.dweight.size(), 9973, [&](std::size_t at) {
                  const std::size_t k = at % out, a = at / out % in, wanted_tap = at / out / in;
                  double wanted = 0;
                  for (std::size_t pixel = 0; pixel < c.y.rows; ++pixel) {
                      wanted += taps(pixel, 1, [&](std::size_t from, std::size_t tap) {
                          return tap == wanted_tap ? double{c.x.at(from, a)} * double{c.dy.at(pixel, k)}
                                                   : 0.0;
                      });
                  }
                  return std::pair{double{c.dweight[at]}, wanted};
              }) <= 2e-5);
    }
}

TEST_CASE("Winograd: values that are not finite appear in the magnitudes") {
    Threads threads(1);
    Case<float> c(shape_of(2, 8, 8, 17, 19, 1, 1));
    c.x.at(70, 3) = std::numeric_limits<float>::infinity();
    c.forward<OwnTiles<>>(threads, {.magnitude = c.largest.data()});
    c.backward<OwnTiles<>>(threads);
    for (const float each : c.largest) CHECK_FALSE(is_finite(each));
    for (const float each : c.largest_gradient) CHECK_FALSE(is_finite(each));
    for (std::size_t row = 0; row < 64; ++row) CHECK(is_finite(c.y.at(row, 0)));
}

TEST_CASE("Winograd: a workspace for many threads is sufficient for fewer") {
    for (const std::size_t out : {std::size_t{16}, std::size_t{40}}) {
        const auto shape = shape_of(2, 9, 9, 16, out, 1, 1);
        const auto with = [&](int threads) { return winograd_workspace<OwnTiles<>, float>(shape, threads); };
        CHECK(with(1) <= with(2));
        CHECK(with(2) <= with(4));
    }
}

TEST_CASE("Winograd: the gradient of an empty batch is 0") {
    Threads threads(2);
    const auto shape = shape_of(0, 8, 8, 8, 8, 1, 1);
    std::vector<float> weight(shape.weights(), 1.0F), dweight(shape.weights(), 1.0F), largest(8, 1.0F);
    AlignedBuffer<float> workspace(winograd_workspace<OwnTiles<>, float>(shape, 2));
    winograd_backward_weight<OwnTiles<>, float>(shape, {nullptr, 8}, {nullptr, 8}, dweight.data(),
                                                largest.data(), workspace.data(), threads);
    winograd_forward<OwnTiles<>, float>(shape, {nullptr, 8}, weight.data(), {nullptr, 8}, {},
                                        workspace.data(), threads);
    CHECK(dweight == std::vector<float>(shape.weights()));
    CHECK(largest == std::vector<float>(8));
}

TEST_CASE("Winograd: the magnitude may be null") {
    Threads threads(1);
    Case<float> c(shape_of(2, 8, 8, 17, 19, 1, 1));
    c.backward<OwnTiles<>>(threads);
    const auto with = c.dweight;
    c.with_workspace<OwnTiles<>>(threads, [&](float* workspace) {
        winograd_backward_weight<OwnTiles<>, float>(c.shape, c.x.matrix(), c.dy.matrix(), c.dweight.data(),
                                                    nullptr, workspace, threads);
    });
    CHECK(same_bits(with, c.dweight));
}

TEST_CASE("Winograd: the shapes to which it applies") {
    const auto applies = [](const ConvolutionShape& shape) { return winograd_applies<OwnTiles<>>(shape); };
    CHECK(applies(shape_of(1, 32, 32, 64, 64, 1, 1)));
    CHECK(applies(shape_of(4, 4, 4, 64, 64, 1, 1)));
    CHECK_FALSE(applies(shape_of(3, 4, 4, 64, 64, 1, 1)));
    CHECK_FALSE(applies(shape_of(4, 4, 4, 512, 512, 1, 1)));
    CHECK(applies(shape_of(5, 4, 4, 512, 512, 1, 1)));
    ConvolutionShape one_of_many = shape_of(1, 4, 4, 512, 512, 1, 1);
    one_of_many.max_batch = 64;
    CHECK(applies(one_of_many));
    CHECK(applies(shape_of(2, 6, 9, 64, 64, 0, 2)));
    CHECK_FALSE(applies(shape_of(1, 5, 6, 64, 64, 0, 0)));
    CHECK_FALSE(applies(shape_of(1, 3, 9, 64, 64, 1, 1)));
    CHECK_FALSE(applies(shape_of(1, 32, 32, 64, 64, 3, 1)));
    CHECK(applies(shape_of(1, 32, 32, 16, 16, 1, 1)));
    CHECK_FALSE(applies(shape_of(1, 32, 32, 3, 64, 1, 1)));
    CHECK_FALSE(applies(shape_of(1, 32, 32, 64, 3, 1, 1)));
    CHECK_FALSE(applies(shape_of(1, 32, 32, 8, 16, 1, 1)));
    CHECK_FALSE(winograd_applies<Exact<OwnTiles<>>>(shape_of(1, 32, 32, 64, 64, 1, 1)));
    const auto with = [](const Window& window) { return convolution_shape(1, 32, 32, 64, 64, window); };
    CHECK_FALSE(applies(with(window_of<Kernel<5>, Padding<2>>())));
    CHECK_FALSE(applies(with(window_of<Kernel<3, 1>>())));
    CHECK_FALSE(applies(with(window_of<Kernel<3>, Stride<2>, Padding<1>>())));
    CHECK_FALSE(applies(with(window_of<Kernel<3>, Dilation<2>, Padding<2>>())));
    CHECK_FALSE(applies(with(window_of<Kernel<3>, Groups<2>, Padding<1>>())));
}

TEST_CASE("Winograd: the workspace is bounded for any batch") {
    const auto workspace = [](std::size_t batch) {
        return winograd_workspace<OwnTiles<>, float>(shape_of(batch, 32, 32, 64, 64, 1, 1), 2);
    };
    CHECK(workspace(64) == workspace(6400));
}

}  // namespace kernels_winograd_winograd_test
