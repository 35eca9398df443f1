#include <alrao/io/detail/optimizer_arrays.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace io_detail_optimizer_arrays_test {

using namespace alrao;
using namespace alrao::io::detail;

TEST_CASE("names of arrays begin with the optimizer's prefix") {
    CHECK(optimizer_name("rates", "0.weight") == "optimizer.rates.0.weight");
}

TEST_CASE("rates and limits must be finite and not negative") {
    CHECK(fault_of_range<double>("a", {0, 1}).array.empty());
    CHECK(fault_of_range<double>("a", {0, -1}).array == "a");
    CHECK(fault_of_range<double>("a", {std::nan("")}).array == "a");
}

TEST_CASE("a file with another interval of rates is refused, a file without an interval is not") {
    io::TensorFile file;
    CHECK_NOTHROW(require_interval(file, "file", {1e-5, 10}));
    file.add<double>("optimizer.interval", {2}, std::vector<double>{1e-5, 10});
    CHECK_NOTHROW(require_interval(file, "file", {1e-5, 10}));
    CHECK_THROWS_AS(require_interval(file, "file", {1e-5, 1}), FileError);
}

}  // namespace io_detail_optimizer_arrays_test
