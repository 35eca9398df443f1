// Compares products and convolutions with xt::linalg of xtensor-blas in the same program. This reference
// shares only the BLAS library with alrao. The numbers are double, in arrays allocated by xtensor.
#include <xtensor-blas/xlinalg.hpp>

#include <alrao/kernels/cblas.hpp>
#include <alrao/kernels/convolution/convolution.hpp>
#include <alrao/kernels/gemm/gemm.hpp>
#include <alrao/tensor/backend.hpp>

#include "convolution_reference.hpp"
#include "guarded_matrix.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <type_traits>

namespace kernels_cblas_test {

using namespace alrao;
using namespace alrao::kernels;
using namespace convolution_reference;

namespace {

using Rows = xt::xtensor<double, 2, xt::layout_type::row_major>;

Rows zeros(std::size_t rows, std::size_t columns) {
    return Rows(std::array<std::size_t, 2>{rows, columns}, 0.0);
}

/// Columns of a matrix from `first` on.
template <class T>
Rows rows_of(const GuardedMatrix<T>& matrix, std::size_t rows, std::size_t columns, std::size_t first = 0) {
    Rows result = zeros(rows, columns);
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j) result(i, j) = static_cast<double>(matrix.at(i, first + j));
    return result;
}

Rows magnitudes(const Rows& rows) { return xt::abs(rows); }

/// True if each got(i, j) equals want(i, j) up to the rounding of `terms` terms with the magnitudes
/// `size`.
template <class T, class Got>
bool agrees(const Rows& want, const Rows& size, std::size_t terms, Got&& got) {
    const double unit =
        static_cast<double>(terms + 2) * static_cast<double>(std::numeric_limits<T>::epsilon());
    for (std::size_t i = 0; i < want.shape(0); ++i)
        for (std::size_t j = 0; j < want.shape(1); ++j)
            if (!(std::abs(static_cast<double>(got(i, j)) - want(i, j)) <= unit * size(i, j))) return false;
    return true;
}

template <class Backend, class T>
void check_products(std::size_t m, std::size_t n, std::size_t k) {
    INFO(m << " x " << n << " x " << k << ", " << Backend::name);
    Philox random(Seed{6}, Stream::initialization);
    const auto normal = [&] { return random.normal(); };
    GuardedMatrix<T> a(m, k, 3), at(k, m, 1), b(k, n, 2), bt(n, k, 0), c(m, n, 4);
    a.fill(normal), b.fill(normal);
    for (std::size_t p = 0; p < k; ++p) {
        for (std::size_t i = 0; i < m; ++i) at.at(p, i) = a.at(i, p);
        for (std::size_t j = 0; j < n; ++j) bt.at(j, p) = b.at(p, j);
    }
    const Rows left = rows_of(a, m, k), right = rows_of(b, k, n);
    const Rows want = xt::linalg::dot(left, right);
    const Rows size = xt::linalg::dot(magnitudes(left), magnitudes(right));
    for (const int count : {1, 2}) {
        Threads threads(count);
        AlignedBuffer<T> workspace(gemm_workspace<Backend, T>(m, n, k, count));
        const auto check = [&](const char* form, auto&& product) {
            c.fill([] { return -1.0; });
            product();
            CHECK_MESSAGE(agrees<T>(want, size, k, [&](auto i, auto j) { return c.at(i, j); }), form);
        };
        check("A B", [&] {
            gemm_nn<Backend>(m, n, k, a.constant(), b.constant(), c.matrix(), {}, workspace.data(), threads);
        });
        check("A B^T", [&] {
            gemm_nt<Backend>(m, n, k, a.constant(), bt.constant(), c.matrix(), {}, workspace.data(), threads);
        });
        check("A^T B", [&] {
            gemm_tn<Backend>(m, n, k, at.constant(), b.constant(), c.matrix(), {}, workspace.data(), threads);
        });
    }
}

/// Calls f(row of the matrix, column of the matrix, input pixel, input channel) for every element that a
/// group's taps read.
template <class F>
void for_each_entry(const ConvolutionShape& s, std::size_t group, F&& f) {
    const std::size_t channels = s.group_channels();
    for_each_tap(s, [&](std::size_t o, std::size_t i, std::size_t tap) {
        for (std::size_t p = 0; p < channels; ++p) f(o, tap * channels + p, i, group * channels + p);
    });
}

/// Compares the forward pass and both gradients of each group with products of the matrices that the taps
/// read.
template <class Method, class T>
void check_convolution(const ConvolutionShape& s, std::size_t factor = 1) {
    INFO(describe(s));
    Philox random(Seed{7}, Stream::initialization);
    Threads threads(2);
    Case<T> c(s);
    c.fill_normal(random);
    std::fill(c.bias.begin(), c.bias.end(), T{0});
    c.template run<Method>(threads, Activation::none);

    const std::size_t depth = s.taps() * s.group_channels(), out = s.group_out_channels();
    for (std::size_t g = 0; g < s.window.groups; ++g) {
        Rows seen = zeros(s.out_pixels(), depth), weight = zeros(depth, out);
        for_each_entry(s, g, [&](auto row, auto column, auto pixel, auto channel) {
            seen(row, column) = static_cast<double>(c.x.at(pixel, channel));
        });
        const auto place = [&](std::size_t row, std::size_t column) {
            return row * s.out_channels + g * out + column;
        };
        for (std::size_t row = 0; row < depth; ++row)
            for (std::size_t n = 0; n < out; ++n)
                weight(row, n) = static_cast<double>(c.weight[place(row, n)]);
        const Rows dy = rows_of(c.dy, s.out_pixels(), out, g * out);

        CHECK_MESSAGE(
            agrees<T>(xt::linalg::dot(seen, weight), xt::linalg::dot(magnitudes(seen), magnitudes(weight)),
                      factor * depth, [&](auto i, auto j) { return c.y.at(i, g * out + j); }),
            "forward");

        const Rows seen_t = xt::transpose(seen), weight_t = xt::transpose(weight);
        CHECK_MESSAGE(
            agrees<T>(xt::linalg::dot(seen_t, dy), xt::linalg::dot(magnitudes(seen_t), magnitudes(dy)),
                      factor * s.out_pixels(), [&](auto i, auto j) { return c.dweight[place(i, j)]; }),
            "gradient of the weights");

        const Rows entries = xt::linalg::dot(dy, weight_t);
        const Rows entry_sizes = xt::linalg::dot(magnitudes(dy), magnitudes(weight_t));
        Rows dx = zeros(s.pixels(), s.group_channels()), dx_size = dx;
        for_each_entry(s, g, [&](auto row, auto column, auto pixel, auto channel) {
            dx(pixel, channel - g * s.group_channels()) += entries(row, column);
            dx_size(pixel, channel - g * s.group_channels()) += entry_sizes(row, column);
        });
        CHECK_MESSAGE(agrees<T>(dx, dx_size, factor * s.taps() * out,
                                [&](auto i, auto j) { return c.dx.at(i, g * s.group_channels() + j); }),
                      "gradient of the input");
    }
}

template <class... Options>
ConvolutionShape shape(std::size_t batch, std::size_t side, std::size_t in, std::size_t out) {
    return convolution_shape(batch, side, side, in, out, window_of<Options...>());
}

/// Calls check(std::type_identity of the back end, std::type_identity of the element type) for both back
/// ends.
template <class Check, bool WithBlas = blas::available>
void on_both(Check&& check) {
    check(std::type_identity<OwnTiles<>>{}, std::type_identity<float>{});
    if constexpr (WithBlas) check(std::type_identity<Cblas<>>{}, std::type_identity<double>{});
}

}  // namespace

TEST_CASE("products equal those of xt::linalg") {
    on_both([]<class Backend, class T>(std::type_identity<Backend>, std::type_identity<T>) {
        for (const auto& [m, n, k] : {std::array<std::size_t, 3>{1, 1, 1},
                                      {1, 17, 5},
                                      {13, 1, 40},
                                      {7, 9, 1},
                                      {33, 65, 129},
                                      {100, 10, 300}})
            check_products<Backend, T>(m, n, k);
    });
}

TEST_CASE("convolutions equal products of the gathered pixels by xt::linalg") {
    on_both([]<class Backend, class T>(std::type_identity<Backend>, std::type_identity<T>) {
        const ConvolutionShape transformed = shape<Kernel<3>, Padding<1>>(2, 8, 16, 24);
        REQUIRE(winograd_applies<Backend>(transformed));
        // Winograd's transforms have larger rounding errors than a sum; the header tells how large.
        check_convolution<Picked<Backend, T>, T>(transformed, 4);
        const ConvolutionShape sums[] = {
            shape<Kernel<1>>(2, 5, 7, 9),
            shape<Kernel<3>, Padding<1>>(1, 6, 3, 5),
            shape<Kernel<3>, Padding<1>, Stride<2>>(3, 7, 6, 10),
            shape<Kernel<3>, Padding<2>, Dilation<2>>(2, 7, 6, 10),
            shape<Kernel<3>, Padding<1>, Groups<2>>(2, 6, 8, 12),
            shape<Kernel<3>, Padding<1>, Groups<6>>(2, 6, 6, 6),
        };
        for (const ConvolutionShape& s : sums) check_convolution<Picked<Backend, T>, T>(s);
    });
}

}  // namespace kernels_cblas_test
