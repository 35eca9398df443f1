#include <alrao/io/detail/byte_source.hpp>

#include "../temporary_folder.hpp"
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <array>
#include <fstream>
#include <string>

namespace io_detail_byte_source_test {

using namespace alrao;
using io::FileFault;

TEST_CASE("files and bytes in memory are read with equal results") {
    const TemporaryFolder folder;
    const io::InputFile file(folder.write("x", "abcdef"));
    const io::InputBytes memory(bytes_of("abcdef"));
    const auto check = [](const auto& source) {
        CHECK(source.size() == 6);
        std::array<std::byte, 3> out{};
        source.read(3, out);
        CHECK(text_of(out) == "def");
        source.read(6, {});
        source.require_unchanged();
        const auto error = refusal([&] { source.read(4, out); });
        REQUIRE(error);
        CHECK(error->fault == FileFault::truncated);
        CHECK(error->offset == 6);
    };
    check(file);
    check(memory);
    std::array<std::byte, 1> out{};
    CHECK(refusal([&] { memory.read(std::uint64_t(-1), out); }));
    CHECK(text_of(io::read_file(file.path(), 6)) == "abcdef");
    CHECK(refusal([&] { (void)io::read_file(file.path(), 5); })->fault == FileFault::limit);
}

TEST_CASE("paths other than regular files are refused without waiting") {
    const TemporaryFolder folder;
    const auto pipe = folder / "pipe";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    for (const auto& path : {folder / "none", folder.path(), pipe, std::filesystem::path("/dev/zero"),
                             std::filesystem::path("")}) {
        const auto error = refusal([&] { io::InputFile{path}; });
        REQUIRE(error);
        CHECK(error->fault == FileFault::access);
        CHECK(error->offset == FileError::whole_file);
    }
}

TEST_CASE("a file whose length changes while it is read is refused") {
    const TemporaryFolder folder;
    const auto path = folder.write("x", "abcdef");
    const io::InputFile file(path);
    std::ofstream(path, std::ios::app) << "g";
    CHECK(refusal([&] { file.require_unchanged(); })->fault == FileFault::excess);
    std::filesystem::resize_file(path, 2);
    std::array<std::byte, 6> out{};
    const auto error = refusal([&] { file.read(0, out); });
    REQUIRE(error);
    CHECK(error->fault == FileFault::truncated);
    CHECK(error->offset == 2);
}

}  // namespace io_detail_byte_source_test
