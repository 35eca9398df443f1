#include <alrao/ops/batch_loss.hpp>

#include <doctest/doctest.h>

namespace ops_batch_loss_test {

using namespace alrao;

TEST_CASE("sums of batches are added; means are taken over all samples") {
    BatchLoss sum{.loss = 3, .weight = 2, .correct = 1, .squared_error = 4, .samples = 2};
    sum += BatchLoss{
        .loss = 1, .weight = 2, .correct = 2, .squared_error = 1, .samples = 3, .any_finite = false};
    CHECK(sum.mean_loss() == 1);
    CHECK(sum.accuracy() == doctest::Approx(0.6));
    CHECK(sum.squared_error == 5);
    CHECK(sum.samples == 5);
    CHECK_FALSE(sum.any_finite);
}

TEST_CASE("squared errors are converted to the unit of the sum") {
    BatchLoss sum;
    sum += BatchLoss{.squared_error = 4, .error_unit = 0x1p500, .samples = 1};
    CHECK(sum.error_unit == 0x1p500);
    sum += BatchLoss{.squared_error = 1, .error_unit = 0x1p500, .samples = 1};
    CHECK(sum.squared_error == 5);
    sum += BatchLoss{.squared_error = 1, .error_unit = 0x1p502, .samples = 1};
    CHECK(sum.squared_error == 21);
    CHECK(sum.error_unit == 0x1p500);
}

TEST_CASE("means over no samples are 0") {
    CHECK(BatchLoss{}.mean_loss() == 0);
    CHECK(BatchLoss{}.accuracy() == 0);
}

}  // namespace ops_batch_loss_test
