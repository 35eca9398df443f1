#pragma once

#include <alrao/io/file_error.hpp>
#include <alrao/io/tensor.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao::io {

/// Limits of a reader of tensor files. A file above a limit is refused with `FileFault::limit`. Pass higher
/// limits if files need them, for example `{.tensors = 2'000'000}`.
struct ReadLimits {
    std::uint64_t header_bytes = 16'000'000;  ///< bytes of the header (other readers allow 100,000,000)
    std::size_t tensors = 1'000'000;          ///< number of arrays in the file
    std::size_t metadata_entries = 4096;      ///< number of entries of `__metadata__`
};

namespace detail {

/// The entry of one tensor in a header: bytes [begin, end) of the data. `place` is the offset in the file at
/// which the entry ends.
struct HeaderEntry {
    Tensor tensor;  // without bytes
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint64_t place = 0;
};

/// The content of a header: entries in the order of their bytes. They cover the data without gaps or
/// overlaps.
struct Header {
    std::vector<HeaderEntry> entries;
    std::map<std::string, std::string, std::less<>> metadata;
    std::map<std::string, std::uint64_t, std::less<>>
        metadata_place;  // offset in the file at which each value ends
};

/// Sorts the entries by the position of their bytes. `data_bytes` is the size of the data, `data_place` its
/// offset in the file.
/// @throws FileError if two entries have the same name, or the data have a gap, an overlap or bytes that
/// belong to no tensor
inline void require_cover(std::vector<HeaderEntry>& entries, const std::filesystem::path& path,
                          std::uint64_t data_bytes, std::uint64_t data_place) {
    const auto by_name = [](const HeaderEntry& a, const HeaderEntry& b) {
        return std::tie(a.tensor.name, a.place) < std::tie(b.tensor.name, b.place);
    };
    std::sort(entries.begin(), entries.end(), by_name);
    const auto twin = std::adjacent_find(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
        return a.tensor.name == b.tensor.name;
    });
    if (twin != entries.end()) {
        fail<FileError>(FileFault::malformed, path, std::next(twin)->place, "name",
                        "'" + printable(twin->tensor.name) + "' a second time", "every name once");
    }
    std::sort(entries.begin(), entries.end(), [](const HeaderEntry& a, const HeaderEntry& b) {
        return std::tie(a.begin, a.end, a.tensor.name) < std::tie(b.begin, b.end, b.tensor.name);
    });
    std::uint64_t covered = 0;
    for (const HeaderEntry& entry : entries) {
        if (entry.begin != covered) {
            fail<FileError>(FileFault::malformed, path, entry.place,
                            "data_offsets of '" + printable(entry.tensor.name) + "'",
                            std::string(entry.begin > covered ? "a hole" : "an overlap") + ", begin " +
                                std::to_string(entry.begin),
                            "begin " + std::to_string(covered) + ", where the tensor before it ends");
        }
        covered = entry.end;
    }
    if (covered != data_bytes) {
        fail<FileError>(FileFault::excess, path, data_place + covered, "data",
                        std::to_string(data_bytes - covered) + " bytes that belong to no tensor",
                        "the end of the file");
    }
}

}  // namespace detail

}  // namespace alrao::io

#pragma GCC diagnostic pop
