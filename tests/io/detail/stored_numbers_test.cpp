#include <alrao/io/detail/stored_numbers.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <vector>

namespace io_detail_stored_numbers_test {

using namespace alrao;
using namespace alrao::io::detail;

TEST_CASE("packed removes the padding between rows, and unpack is its inverse") {
    std::vector<float> buffer{1, 2, -1, 3, 4, -1};
    const NamedArray<float> array{
        .name = "a", .extents = {2, 2}, .data = buffer.data(), .rows = 2, .width = 2, .pitch = 3};
    CHECK(packed(array) == std::vector<float>{1, 2, 3, 4});
    unpack<float>({5, 6, 7, 8}, array);
    CHECK(buffer == std::vector<float>{5, 6, -1, 7, 8, -1});
}

TEST_CASE("a number that is not finite is an ArgumentError when saving and a FileError when loading") {
    const std::vector<double> good{0, -1, 2}, bad{0, std::numeric_limits<double>::infinity()};
    CHECK(fault_of("a", good).array.empty());
    CHECK(fault_of("a", bad).array == "a");
    CHECK_NOTHROW(refuse_to_save(fault_of("a", good)));
    CHECK_NOTHROW(refuse_to_load(fault_of("a", good), "file"));
    CHECK_THROWS_AS(refuse_to_save(fault_of("a", bad)), ArgumentError);
    CHECK_THROWS_AS(refuse_to_load(fault_of("a", bad), "file"), FileError);
}

}  // namespace io_detail_stored_numbers_test
