#pragma once

#include <alrao/io/detail/utf8.hpp>
#include <alrao/tensor/fail.hpp>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao::io {

/// Kinds of errors of files.
enum class FileFault : unsigned char {
    access,       ///< the system refused access: no such file, no permission, not a regular file, disk full
    truncated,    ///< the file ends before the content is complete
    excess,       ///< bytes follow the end of the content
    malformed,    ///< the content violates the rules of the format
    unsupported,  ///< valid in the format, but not supported by this reader
    limit,        ///< larger than a limit of the reader
    checksum,     ///< a checksum is missing or differs: the bytes have changed since they were written
    mismatch,     ///< well-formed, but not the expected content
};

/// Returns the name of the enumerator, as error messages show it.
[[nodiscard]] constexpr std::string_view name_of(FileFault fault) {
    constexpr std::string_view names[] = {"access",      "truncated", "excess",   "malformed",
                                          "unsupported", "limit",     "checksum", "mismatch"};
    return names[static_cast<unsigned char>(fault)];
}

}  // namespace alrao::io

namespace alrao {

/// An error of a file: its path, the position (byte offset), the field, the value found, and the value
/// expected. In the message and in the text members, bytes that are not printable UTF-8 are escaped, and long
/// texts are cut.
struct FileError : Error {
    /// The offset of an error that has no position in the file.
    static constexpr std::uint64_t whole_file = std::numeric_limits<std::uint64_t>::max();

    /// Stores the arguments and forms the message "PATH: byte OFFSET: FIELD: got GOT, expected EXPECTED
    /// (FAULT)"; without "byte OFFSET" if the offset is `whole_file`.
    FileError(io::FileFault the_fault, std::filesystem::path the_path, std::uint64_t the_offset,
              std::string_view the_field, std::string_view was_got, std::string_view was_expected)
        : Error(text(the_fault, the_path, the_offset, the_field, was_got, was_expected)),
          fault(the_fault),
          path(std::move(the_path)),
          offset(the_offset),
          field(io::printable(the_field)),
          got(io::printable(was_got, 4096)),
          expected(io::printable(was_expected, 4096)) {}

    io::FileFault fault;         ///< kind of the error
    std::filesystem::path path;  ///< path of the file, not escaped
    std::uint64_t offset;        ///< byte offset in the file, or `whole_file`
    std::string field;           ///< part of the file that is wrong, escaped
    std::string got;             ///< value found, escaped
    std::string expected;        ///< value expected, escaped

private:
    static std::string text(io::FileFault fault, const std::filesystem::path& path, std::uint64_t offset,
                            std::string_view field, std::string_view got, std::string_view expected) {
        std::string message = io::printable(path.native(), 4096) + ": ";
        if (offset != whole_file) {
            message += "byte " + std::to_string(offset) + ": ";
        }
        message += io::printable(field) + ": got " + io::printable(got, 4096) + ", expected " +
                   io::printable(expected, 4096);
        return message + " (" + std::string(io::name_of(fault)) + ")";
    }
};

}  // namespace alrao

#pragma GCC diagnostic pop
