#include <alrao/kernels/normalization/batch_norm.hpp>
#include <alrao/tensor/backend.hpp>

#include "../../effort.hpp"
#include "../norm_gradients.hpp"
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace kernels_normalization_batch_norm_test {

using namespace alrao;
namespace {

template <class T>
struct Norm {
    kernels::Rows extent;
    std::size_t stride;
    std::vector<T> x, dy, y, dx, scale, shift, mean, variance, dscale, dshift, magnitude, largest, workspace;
    T epsilon = T(1e-5);
    kernels::Activation activation = kernels::Activation::none;

    Norm(std::size_t rows, std::size_t channels, double level = 1, std::size_t gap = 3)
        : extent{rows, channels},
          stride(channels + gap),
          mean(channels),
          variance(channels),
          dscale(channels),
          dshift(channels),
          magnitude(channels),
          largest(channels),
          workspace(kernels::batch_norm_workspace({rows, channels}), T(3)) {
        for (std::size_t i = 0; i < rows * stride; ++i) {
            x.push_back(static_cast<T>(level + std::sin(static_cast<double>(i * i % 2003))));
            dy.push_back(static_cast<T>(std::cos(static_cast<double>(i * 3 % 1009))));
        }
        for (std::size_t c = 0; c < channels; ++c) {
            scale.push_back(static_cast<T>(0.5 + 0.1 * static_cast<double>(c % 7)));
            shift.push_back(static_cast<T>(std::sin(static_cast<double>(c))));
        }
        y.assign(x.size(), T(9));
        dx.assign(x.size(), T(9));
    }

    void forward(int threads = 1) {
        Threads team(threads);
        const auto pieces = kernels::row_pieces<OwnTiles<>, T>(extent, {x.data(), stride}, workspace.data());
        kernels::batch_norm_statistics<OwnTiles<>>(pieces, mean.data(), variance.data(), team);
        kernels::batch_norm_apply<OwnTiles<>, T>(extent, point(), {y.data(), stride}, largest.data(), team);
    }
    [[nodiscard]] kernels::BatchNormPoint<T> point() const {
        return {{x.data(), stride}, mean.data(),  variance.data(), epsilon,
                scale.data(),       shift.data(), activation};
    }
    void backward(int threads = 1) {
        Threads team(threads);
        kernels::batch_norm_backward<OwnTiles<>, T>(extent, point(), {dy.data(), stride}, {dx.data(), stride},
                                                    dscale.data(), dshift.data(), magnitude.data(),
                                                    workspace.data(), team);
    }
    /// The mean and biased variance, from the definition.
    [[nodiscard]] std::pair<double, double> exact(std::size_t c) const {
        long double sum = 0, squares = 0;
        for (std::size_t r = 0; r < extent.rows; ++r) sum += static_cast<long double>(x[r * stride + c]);
        const long double middle = sum / static_cast<long double>(extent.rows);
        for (std::size_t r = 0; r < extent.rows; ++r) {
            const long double apart = static_cast<long double>(x[r * stride + c]) - middle;
            squares += apart * apart;
        }
        return {static_cast<double>(middle),
                static_cast<double>(squares / static_cast<long double>(extent.rows))};
    }
};

template <class T>
constexpr double tolerance = 60 * static_cast<double>(std::numeric_limits<T>::epsilon());

}  // namespace

TEST_CASE_TEMPLATE("statistics and output equal those in long double; gaps are not written", T, float,
                   double) {
    for (const std::size_t channels : {1U, 3U, 10U, 16U, 37U, 64U, 70U, 130U}) {
        for (const std::size_t rows : {2U, 31U, 128U, 129U, 1000U}) {
            Norm<T> n(rows, channels);
            n.forward();
            for (std::size_t c = 0; c < channels; ++c) {
                const auto [mean, variance] = n.exact(c);
                REQUIRE(n.mean[c] == doctest::Approx(mean).epsilon(tolerance<T>));
                REQUIRE(n.variance[c] == doctest::Approx(variance).epsilon(tolerance<T>));
                for (std::size_t r = 0; r < rows; ++r) {
                    const std::size_t i = r * n.stride + c;
                    const double z = (static_cast<double>(n.x[i]) - mean) /
                                     std::sqrt(variance + static_cast<double>(n.epsilon));
                    const double want = z * static_cast<double>(n.scale[c]) + static_cast<double>(n.shift[c]);
                    REQUIRE(std::abs(static_cast<double>(n.y[i]) - want) <= 4 * tolerance<T>);
                }
            }
            for (std::size_t i = 0; i < n.y.size(); ++i) {
                if (i % n.stride >= channels) REQUIRE(n.y[i] == T(9));
            }
        }
    }
}

TEST_CASE("a mean of a thousand deviations does not reduce the accuracy of the variance") {
    Norm<float> n(5000, 20, 1000);
    n.forward();
    for (std::size_t c = 0; c < 20; ++c) {
        REQUIRE(n.variance[c] == doctest::Approx(n.exact(c).second).epsilon(1e-5));
    }
}

TEST_CASE_TEMPLATE("a channel of equal numbers becomes its shift, for numbers of any size", T, float,
                   double) {
    for (const double number : {0.1, 16777215.0, -3.3e7, 1.7e18})
        for (const std::size_t channels : {3U, 70U})
            for (const std::size_t rows : {2U, 7U, 10U, 128U, 129U, 1001U}) {
                CAPTURE(number);
                CAPTURE(rows);
                Norm<T> n(rows, channels);
                for (std::size_t r = 0; r < rows; ++r) n.x[r * n.stride + 1] = static_cast<T>(number);
                n.forward();
                CHECK(n.mean[1] == static_cast<T>(number));
                CHECK(n.variance[1] == 0);
                std::size_t wrong = 0;
                for (std::size_t r = 0; r < rows; ++r) wrong += n.y[r * n.stride + 1] == n.shift[1] ? 0U : 1U;
                CHECK(wrong == 0);
            }
}

TEST_CASE("gradients of batch norm equal central differences") {
    for (const std::size_t rows : {3U, 7U})
        for (const std::size_t channels : {1U, 5U}) check_norm_gradients(Norm<double>(rows, channels));
}

TEST_CASE_TEMPLATE("batch norm: same bits on 1, 2 and 3 threads, in full registers and tails, in place", T,
                   float, double) {
    Norm<T> one(2000, 70);
    one.forward();
    one.backward();
    for (const int threads : {2, 3}) {
        Norm<T> many(2000, 70);
        many.forward(threads);
        many.backward(threads);
        REQUIRE(many.y == one.y);
        REQUIRE(many.dx == one.dx);
        REQUIRE(many.dscale == one.dscale);
        REQUIRE(many.dshift == one.dshift);
        REQUIRE(many.variance == one.variance);
    }
    for (std::size_t channels = 1; channels < 70;
         channels += effort(1, 3)) {  // the last channel is in a tail
        Norm<T> narrow(150, channels, 1, 73 - channels);
        Norm<T> wide(150, 70);
        narrow.forward();
        narrow.backward();
        wide.forward();
        wide.backward();
        REQUIRE(narrow.mean[channels - 1] == wide.mean[channels - 1]);
        REQUIRE(narrow.variance[channels - 1] == wide.variance[channels - 1]);
        REQUIRE(narrow.dscale[channels - 1] == wide.dscale[channels - 1]);
        REQUIRE(narrow.dx[channels - 1] == wide.dx[channels - 1]);
        REQUIRE(narrow.y[channels - 1] == wide.y[channels - 1]);
    }
    Norm<T> in_place(300, 10);
    in_place.forward();
    in_place.backward();
    auto x = in_place.x, dy = in_place.dy;
    Threads threads(2);
    const auto& n = in_place;
    std::vector<T> workspace = n.workspace, dscale = n.dscale, dshift = n.dshift;
    kernels::batch_norm_backward<OwnTiles<>, T>(n.extent, n.point(), {dy.data(), n.stride},
                                                {dy.data(), n.stride}, dscale.data(), dshift.data(), nullptr,
                                                workspace.data(), threads);
    auto at = n.point();
    at.x = {x.data(), n.stride};
    kernels::batch_norm_apply<OwnTiles<>, T>(n.extent, at, {x.data(), n.stride}, nullptr, threads);
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (i % n.stride >= 10) continue;
        REQUIRE(x[i] == n.y[i]);
        REQUIRE(dy[i] == n.dx[i]);
    }
}

TEST_CASE_TEMPLATE("running statistics equal PyTorch's: unbiased variance", T, float, double) {
    const T mean[] = {T(1), T(2)}, variance[] = {T(3), T(4)};
    T running_mean[] = {T(0), T(10)}, running_variance[] = {T(1), T(1)};
    kernels::batch_norm_commit<T>(5, 2, 0.1, mean, variance, running_mean, running_variance);
    CHECK(running_mean[0] == doctest::Approx(0.1));
    CHECK(running_mean[1] == doctest::Approx(9.2));
    CHECK(running_variance[0] == doctest::Approx(0.9 + 0.1 * 3 * 5 / 4.0));
    CHECK(running_variance[1] == doctest::Approx(0.9 + 0.1 * 4 * 5 / 4.0));
}

TEST_CASE_TEMPLATE("NaN stays in its channel and appears in the statistics", T, float, double) {
    Norm<T> n(300, 20);
    n.x[250 * n.stride + 17] = std::numeric_limits<T>::quiet_NaN();
    n.forward();
    n.backward();
    for (std::size_t c = 0; c < 20; ++c) {
        CHECK(std::isnan(n.mean[c]) == (c == 17));
        CHECK(std::isnan(n.magnitude[c]) == (c == 17));
    }
}

TEST_CASE_TEMPLATE("a variance that overflows appears in the largest output", T, float, double) {
    Norm<T> n(300, 20);
    n.x[250 * n.stride + 17] = std::numeric_limits<T>::max() / 4;
    n.forward();
    CHECK_FALSE(std::isfinite(n.variance[17]));
    CHECK(std::isfinite(n.y[17]));
    for (std::size_t c = 0; c < 20; ++c) CHECK(std::isfinite(n.largest[c]) == (c != 17));
    // Not for a pruned channel, which does not enter the running statistics either.
    n.scale[17] = n.shift[17] = 0;
    n.forward();
    CHECK(n.largest[17] == 0);
    std::vector<T> running_mean(20, T(2)), running_variance(20, T(3));
    kernels::batch_norm_commit<T>(300, 20, 0.1, n.mean.data(), n.variance.data(), running_mean.data(),
                                  running_variance.data());
    for (std::size_t c = 0; c < 20; ++c) {
        CHECK((running_mean[c] == T(2)) == (c == 17));
        CHECK((running_variance[c] == T(3)) == (c == 17));
    }
}

TEST_CASE_TEMPLATE("a fused ReLU gives the bits of a separate ReLU, forward and backward", T, float, double) {
    for (const std::size_t channels : {1U, 5U, 16U, 70U}) {
        Norm<T> plain(300, channels), fused(300, channels);
        fused.activation = kernels::Activation::relu;
        fused.shift[0] = plain.shift[0] = 0;
        fused.x[0] = plain.x[0] = 0;
        plain.forward();
        fused.forward(2);
        CHECK(plain.largest == fused.largest);  // before the activation
        std::size_t zeros = 0;
        for (std::size_t i = 0; i < plain.y.size(); ++i) {
            if (i % plain.stride >= channels) continue;
            const bool off = !(plain.y[i] > 0);
            zeros += off;
            REQUIRE(fused.y[i] == (off ? T(0) : plain.y[i]));
            if (off) plain.dy[i] = 0;  // as in the backward pass of a ReLU
        }
        CHECK(zeros > 20);
        CHECK(zeros < 290 * channels);
        plain.backward();
        fused.backward(2);
        CHECK(plain.dx == fused.dx);
        CHECK(plain.dscale == fused.dscale);
        CHECK(plain.dshift == fused.dshift);
    }
}

TEST_CASE_TEMPLATE("the largest outputs are per channel, on any number of threads", T, float, double) {
    for (const std::size_t channels : {1U, 16U, 70U}) {
        Norm<T> n(2000, channels);
        n.forward(2);
        std::vector<T> wanted(channels);
        for (std::size_t i = 0; i < n.y.size(); ++i)
            if (i % n.stride < channels)
                wanted[i % n.stride] = std::max(wanted[i % n.stride], std::abs(n.y[i]));
        CHECK(n.largest == wanted);
        n.x[1999 * n.stride] = std::numeric_limits<T>::quiet_NaN();
        n.forward(2);
        CHECK(std::isnan(n.largest[0]));
    }
}

}  // namespace kernels_normalization_batch_norm_test
