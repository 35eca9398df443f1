#include <alrao/kernels/elementwise/sum.hpp>
#include <alrao/tensor/backend.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace kernels_elementwise_sum_test {

using namespace alrao;
namespace {

template <class T>
std::vector<T> numbers(std::size_t size, double seed) {
    std::vector<T> x(size);
    for (std::size_t i = 0; i < size; ++i)
        x[i] = static_cast<T>(std::sin(seed + static_cast<double>(i * i % 1009)));
    return x;
}

}  // namespace

TEST_CASE_TEMPLATE("sums are added in order, with gaps or without, on any number of threads", T, float,
                   double) {
    for (const std::size_t channels : {1U, 5U, 16U, 70U}) {
        for (const std::size_t gap : {0U, 3U}) {
            for (const std::size_t count : {1U, 2U, 4U}) {
                const std::size_t rows = 700, stride = channels + gap;
                std::vector<std::vector<T>> terms;
                std::vector<kernels::Matrix<const T>> views;
                for (std::size_t t = 0; t < count; ++t)
                    terms.push_back(numbers<T>(rows * stride, static_cast<double>(t)));
                for (const auto& term : terms) views.push_back({term.data(), stride});
                for (const bool rectify : {false, true}) {
                    std::vector<T> wanted(rows * stride, T(9)), y = wanted;
                    for (std::size_t i = 0; i < y.size(); ++i) {
                        if (i % stride >= channels) continue;
                        wanted[i] = terms[0][i];
                        for (std::size_t t = 1; t < count; ++t) wanted[i] += terms[t][i];
                        if (rectify && wanted[i] < 0) wanted[i] = 0;
                    }
                    for (const int many : {1, 2, 3}) {
                        Threads threads(many);
                        std::fill(y.begin(), y.end(), T(9));
                        kernels::sum<OwnTiles<>, T>(
                            {rows, channels}, views, {y.data(), stride},
                            rectify ? kernels::Activation::relu : kernels::Activation::none, threads);
                        CHECK(y == wanted);
                    }
                }
            }
        }
    }
}

TEST_CASE("the sum may overwrite a term; NaN and infinities are kept") {
    Threads threads;
    std::vector<float> a{1, 2, -5, std::numeric_limits<float>::quiet_NaN(),
                         -std::numeric_limits<float>::infinity()};
    const std::vector<float> b{3, 4, 1, 1, 1};
    const std::array<kernels::Matrix<const float>, 2> terms{{{a.data(), 5}, {b.data(), 5}}};
    kernels::sum<OwnTiles<>, float>({1, 5}, terms, {a.data(), 5}, kernels::Activation::none, threads);
    CHECK(a[0] == 4);
    CHECK(a[2] == -4);
    CHECK(std::isnan(a[3]));
    CHECK(a[4] == -std::numeric_limits<float>::infinity());
    kernels::sum<OwnTiles<>, float>({1, 5}, terms, {a.data(), 5}, kernels::Activation::relu, threads);
    CHECK(a[2] == 0);
    CHECK(std::isnan(a[3]));
    CHECK(a[4] == 0);
}

}  // namespace kernels_elementwise_sum_test
