#include <alrao/ops/head_loss.hpp>

#include <doctest/doctest.h>

#include <cstdint>

namespace ops_head_loss_test {

using namespace alrao;

TEST_CASE("invalid labels are refused before they are used as indices") {
    const std::int32_t labels[] = {0, 2, 1};
    CHECK_NOTHROW(alrao::detail::require_labels(labels, 3, 3));
    CHECK_THROWS_AS(alrao::detail::require_labels(labels, 3, 2), ArgumentError);
    CHECK_THROWS_AS(alrao::detail::require_labels(nullptr, 3, 2), ArgumentError);
}

TEST_CASE("gradients are those of the mean loss: divided by the sum of the sample weights") {
    const double weights[] = {0.5, 0.25, 0.25, 1};
    HeadCall<double> head;
    Context<double> context;
    context.head = &head;
    context.input.rows = 4;
    CHECK(alrao::detail::mean_factor(context) == 0.25);
    head.truth.weights = weights;
    CHECK(alrao::detail::mean_factor(context) == 0.5);
    const double none[4] = {};
    head.truth.weights = none;
    CHECK(alrao::detail::mean_factor(context) == 0);
}

}  // namespace ops_head_loss_test
