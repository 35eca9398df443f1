#include <alrao/io/detail/header_entries.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace io_detail_header_entries_test {

using namespace alrao;
using io::FileFault;
using io::detail::HeaderEntry;

namespace {

HeaderEntry entry(const std::string& name, std::uint64_t begin, std::uint64_t end) {
    HeaderEntry result;
    result.tensor.name = name;
    result.begin = begin;
    result.end = end;
    result.place = 100 + begin;
    return result;
}

void refuses(std::vector<HeaderEntry> entries, FileFault fault, std::uint64_t offset) {
    try {
        io::detail::require_cover(entries, "file", 8, 1000);
        FAIL("accepted");
    } catch (const FileError& error) {
        CHECK(io::name_of(error.fault) == io::name_of(fault));
        CHECK_MESSAGE(error.offset == offset, error.what());
    }
}

}  // namespace

TEST_CASE("entries that cover the data are sorted by their bytes") {
    std::vector<HeaderEntry> entries{entry("a", 6, 8), entry("c", 0, 4), entry("b", 4, 6), entry("z", 4, 4)};
    io::detail::require_cover(entries, "file", 8, 1000);
    std::string order;
    for (const HeaderEntry& each : entries) order += each.tensor.name;
    CHECK(order == "czba");
}

TEST_CASE("duplicate names, gaps, overlaps and bytes of no tensor are refused with their offset") {
    refuses({entry("a", 0, 4), entry("a", 4, 8)}, FileFault::malformed, 104);
    refuses({entry("a", 0, 4), entry("b", 5, 8)}, FileFault::malformed, 105);
    refuses({entry("a", 0, 5), entry("b", 4, 8)}, FileFault::malformed, 104);
    refuses({entry("a", 0, 4)}, FileFault::excess, 1004);
}

}  // namespace io_detail_header_entries_test
