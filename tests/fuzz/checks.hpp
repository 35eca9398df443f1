#pragma once

// Checks that apply to every fuzzed reader.

#include <alrao/io/file_error.hpp>

#include <cstdint>
#include <cstdlib>

namespace fuzz {

/// Aborts if the condition is false; libFuzzer then reports the input bytes.
inline void require(bool condition) {
    if (!condition) std::abort();
}

/// The position of an error is in the file, or denotes the whole file; its text is safe to print on a terminal.
inline void check_error(const alrao::FileError& error, std::uint64_t size) {
    require(error.offset <= size || error.offset == alrao::FileError::whole_file);
    for (const char* c = error.what(); *c != '\0'; ++c)
        require(static_cast<unsigned char>(*c) >= 0x20 && *c != 0x7F);
}

}  // namespace fuzz
