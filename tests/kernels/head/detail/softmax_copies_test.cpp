#include <alrao/kernels/head/detail/softmax_copies.hpp>
#include <alrao/tensor/backend.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace kernels_head_detail_softmax_copies_test {

using namespace alrao;
using kernels::MixtureWorkspace;
using kernels::detail::SoftmaxCopies;

namespace {

/// The exponentials of pseudo-random scores, computed as in the kernel.
template <class T>
struct Sample {
    std::size_t copies, classes, stride = copies * classes + 16;
    SoftmaxCopies<DefaultArch, T> softmax{copies, classes, stride};
    std::vector<T> scores = std::vector<T>(stride), e = std::vector<T>(stride);
    std::vector<double> memory = std::vector<double>(MixtureWorkspace::size(1, copies));
    MixtureWorkspace space{memory.data(), copies};
    MixtureWorkspace::Piece piece = space.piece(0);

    Sample(std::size_t n, std::size_t k) : copies(n), classes(k) {
        for (std::size_t i = 0; i < n * k; ++i) scores[i] = static_cast<T>(i * i * 7 % 23) / T{4} - T{2};
        const std::int32_t label = 1;
        softmax.exponentials(scores.data(), e.data(), &label, piece,
                             [&](std::size_t j) { return j != missing(); });
    }
    std::size_t missing() const { return copies - 1; }  // the copy that is treated as not finite
};

}  // namespace

TEST_CASE_TEMPLATE("exponentials, their sums and the likelihood of the label for each copy", T, float,
                   double) {
    for (const std::size_t copies : {2U, 5U})
        for (const std::size_t classes : {2U, 3U, 17U, 40U}) {
            CAPTURE(copies);
            CAPTURE(classes);
            const Sample<T> sample(copies, classes);
            const double close = 40 * static_cast<double>(std::numeric_limits<T>::epsilon());
            for (std::size_t j = 0; j + 1 < copies; ++j) {
                const T* score = sample.scores.data() + j * classes;
                const T most = *std::max_element(score, score + classes);
                double sum = 0;
                for (std::size_t k = 0; k < classes; ++k) {
                    const double expected = std::exp(static_cast<double>(score[k] - most));
                    sum += expected;
                    CHECK(static_cast<double>(sample.e[j * classes + k]) ==
                          doctest::Approx(expected).epsilon(close));
                }
                CHECK(sample.piece.normalizer[j] == doctest::Approx(sum).epsilon(close));
                CHECK(sample.piece.evidence[j] ==
                      doctest::Approx(static_cast<double>(score[1] - most) - std::log(sum)).epsilon(close));
            }
            for (std::size_t k = 0; k < classes; ++k) CHECK(sample.e[sample.missing() * classes + k] == 0);
        }
}

TEST_CASE_TEMPLATE("a mixture is the weighted sum of the copies; the first of equal maxima is chosen", T,
                   float, double) {
    const Sample<T> sample(3, 19);
    const double factor[] = {0.5, 0.25, 0.25};
    std::vector<double> mixed(19);
    std::size_t seen = 0;
    sample.softmax.for_each_mixed(sample.e.data(), factor, [&](std::size_t k, T p) {
        CHECK(k == seen++);
        double expected = 0;
        for (std::size_t j = 0; j < 3; ++j) expected += factor[j] * static_cast<double>(sample.e[j * 19 + k]);
        CHECK(static_cast<double>(p) == doctest::Approx(expected).epsilon(1e-5));
        mixed[k] = static_cast<double>(p);
    });
    CHECK(seen == 19);
    CHECK(sample.softmax.most_probable(sample.e.data(), factor) ==
          static_cast<std::size_t>(std::max_element(mixed.begin(), mixed.end()) - mixed.begin()));
}

TEST_CASE("the largest magnitude is not finite if a score is not") {
    const float row[] = {1, -3, 2};
    CHECK(kernels::detail::row_magnitude(row, 3) == 3);
    const float broken[] = {1, std::nanf(""), 2};
    CHECK_FALSE(kernels::detail::usable_score(kernels::detail::row_magnitude(broken, 3)));
    CHECK_FALSE(kernels::detail::usable_score(std::numeric_limits<float>::max()));
    CHECK(kernels::detail::usable_score(1e30f));
}

}  // namespace kernels_head_detail_softmax_copies_test
