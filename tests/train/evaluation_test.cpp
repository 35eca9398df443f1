#include <alrao/train/evaluation.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <sstream>

namespace train_evaluation_test {

using namespace alrao;

namespace {
std::string text(const Evaluation& e) {
    std::ostringstream out;
    out << e;
    return out.str();
}
}  // namespace

TEST_CASE("numbers have short texts for any magnitude") {
    CHECK(short_text(0) == "0.0000");
    CHECK(short_text(0.34215) == "0.3422");
    CHECK(short_text(12.5) == "12.5000");
    CHECK(short_text(1.23456e-7) == "1.235e-07");
    CHECK(short_text(1.23456e9) == "1.235e+09");
    CHECK(short_text(std::numeric_limits<double>::infinity()) == "inf");
}

TEST_CASE("an evaluation prints its loss, its measure and its samples") {
    CHECK(text({.loss = 0.5, .accuracy = 0.875, .samples = 16}) ==
          "loss 0.5000, accuracy 0.8750 (16 samples)");
    CHECK(text({.task = Task::regression, .loss = 1, .rmse = 2, .samples = 1}) ==
          "loss 1.0000, rmse 2.0000 (1 sample)");
    CHECK(text({.task = Task::regression, .loss = 1, .samples = 2, .measured = false}) ==
          "loss 1.0000 (2 samples)");
}

TEST_CASE("sums become means: the loss by sample weights, the error by samples and outputs") {
    const BatchLoss sums{.loss = 6, .weight = 12, .correct = 3, .squared_error = 32, .samples = 4};
    const Evaluation c = evaluation_of(sums, Task::classification, 10);
    CHECK(c.loss == 0.5);
    CHECK(c.accuracy == 0.75);
    CHECK(c.measure() == 0.75);
    const Evaluation r = evaluation_of(sums, Task::regression, 2);
    CHECK(r.rmse == 2);
    CHECK(r.accuracy == 0);
    BatchLoss huge = sums;
    huge.error_unit = 0x1p600;
    CHECK(evaluation_of(huge, Task::regression, 2).rmse == 2 * 0x1p600);
}

TEST_CASE("without a finite copy the loss is infinite; without samples all is 0") {
    const Evaluation lost =
        evaluation_of({.weight = 1, .samples = 1, .any_finite = false}, Task::classification, 1);
    CHECK(lost.loss == std::numeric_limits<double>::infinity());
    CHECK(evaluation_of({}, Task::regression, 1) == Evaluation{.task = Task::regression});
}

}  // namespace train_evaluation_test
