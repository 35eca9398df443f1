#pragma once

// What every fuzzed reader has to keep to.

#include <alrao/io/file_error.hpp>

#include <cstdint>
#include <cstdlib>

namespace fuzz {

/// libFuzzer reports an abort with the bytes that led to it.
inline void require(bool condition) {
    if (!condition) std::abort();
}

/// An error points into the file, or at all of it, and its text can be shown on a terminal.
inline void check_error(const alrao::FileError& error, std::uint64_t size) {
    require(error.offset <= size || error.offset == alrao::FileError::whole_file);
    for (const char* c = error.what(); *c != '\0'; ++c)
        require(static_cast<unsigned char>(*c) >= 0x20 && *c != 0x7F);
}

}  // namespace fuzz
