#include <alrao/io/file_error.hpp>

#include <doctest/doctest.h>

#include <string>

namespace io_file_error_test {

using namespace alrao;

TEST_CASE("the message of a file error contains path, offset, field, found and expected value") {
    const FileError error(io::FileFault::malformed, "dir/x\n.idx", 16, "extent 0", "\x1B[2J", "at least 1");
    CHECK(std::string(error.what()) ==
          "dir/x\\x0a.idx: byte 16: extent 0: got \\x1b[2J, expected at least 1 (malformed)");
    CHECK(error.fault == io::FileFault::malformed);
    CHECK(error.path == "dir/x\n.idx");
    CHECK(error.offset == 16);
    CHECK(error.field == "extent 0");
    CHECK(error.got == "\\x1b[2J");
    CHECK(error.expected == "at least 1");
}

TEST_CASE("the message of an error of the whole file has no offset") {
    const FileError error(io::FileFault::access, "x", FileError::whole_file, "open", "nothing", "a file");
    CHECK(std::string(error.what()) == "x: open: got nothing, expected a file (access)");
    const Error& base = error;
    CHECK(std::string(base.what()) == error.what());
}

TEST_CASE("each fault has a name") {
    CHECK(io::name_of(io::FileFault::access) == "access");
    CHECK(io::name_of(io::FileFault::unsupported) == "unsupported");
    CHECK(io::name_of(io::FileFault::mismatch) == "mismatch");
}

}  // namespace io_file_error_test
