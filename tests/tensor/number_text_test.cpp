#include <alrao/tensor/number_text.hpp>

#include <doctest/doctest.h>

#include <limits>

namespace tensor_number_text_test {

using alrao::number_text;

TEST_CASE("numbers in messages keep their size and their last digit") {
    CHECK(number_text(0.1) == "0.1");
    CHECK(number_text(10) == "10");
    CHECK(number_text(1e-45) == "1e-45");
    CHECK(number_text(-1.7976931348623157e308) == "-1.7976931348623157e+308");
    CHECK(number_text(std::numeric_limits<double>::infinity()) == "inf");
    CHECK(number_text(std::numeric_limits<double>::quiet_NaN()) == "nan");
}

}  // namespace tensor_number_text_test
