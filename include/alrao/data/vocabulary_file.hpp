#pragma once

#include <alrao/data/vocabulary.hpp>
#include <alrao/io/detail/tensor_file.hpp>
#include <alrao/io/file_error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao::data {

namespace detail {

// Value of the metadata "format", and names of the arrays: length of each unit (U64), bytes of all units (U8).
inline constexpr std::string_view vocabulary_format = "alrao vocabulary 1";
inline constexpr std::string_view unit_lengths = "vocabulary.lengths";
inline constexpr std::string_view unit_bytes = "vocabulary.bytes";

/// Returns an array of rank 1 from a file.
/// @throws FileError if there is none of this name and type
[[nodiscard]] inline const io::Tensor& vocabulary_tensor(const io::TensorFile& file,
                                                         const std::filesystem::path& path,
                                                         std::string_view name, io::DType dtype) {
    const io::Tensor* tensor = file.find(name);
    if (tensor == nullptr || tensor->dtype != dtype || tensor->extents.size() != 1)
        fail<FileError>(io::FileFault::mismatch, path, FileError::whole_file, name,
                        tensor == nullptr ? "none" : "an array of another type or rank",
                        "an array of rank 1 of type " + std::string(io::name_of(dtype)));
    return *tensor;
}

/// Returns the index in `names` of the metadata value of `key`.
/// @throws FileError if there is no such key, or its value is not in `names`
[[nodiscard]] inline std::size_t vocabulary_choice(const io::TensorFile& file,
                                                   const std::filesystem::path& path, std::string_view key,
                                                   std::span<const std::string_view> names) {
    const auto at = file.metadata.find(key);
    const std::string got = at == file.metadata.end() ? "none" : at->second;
    const auto name = std::find(names.begin(), names.end(), got);
    if (name == names.end())
        fail<FileError>(io::FileFault::mismatch, path, FileError::whole_file, key, got,
                        names.size() == 1 ? names[0] : "a value that this version supports");
    return static_cast<std::size_t>(name - names.begin());
}

[[noreturn, gnu::cold]] inline void refuse_units(const std::filesystem::path& path, std::string_view got,
                                                 std::string_view expected) {
    fail<FileError>(io::FileFault::malformed, path, FileError::whole_file, "units", got, expected);
}

}  // namespace detail

/// Writes a vocabulary to a tensor file, atomically and with checksums: the bytes of all units, one after the
/// other, and their lengths. A program that loads a model of texts needs the vocabulary of its training.
/// @throws FileError if the file cannot be written
inline void save(const Vocabulary& vocabulary, const std::filesystem::path& path) {
    std::vector<std::uint64_t> lengths;
    std::vector<std::uint8_t> bytes;
    for (const std::string& unit : vocabulary.units()) {
        lengths.push_back(unit.size());
        bytes.insert(bytes.end(), unit.begin(), unit.end());
    }
    io::TensorFile file;
    file.add<std::uint64_t>(std::string(detail::unit_lengths), {lengths.size()}, lengths);
    file.add<std::uint8_t>(std::string(detail::unit_bytes), {bytes.size()}, bytes);
    file.metadata["format"] = detail::vocabulary_format;
    file.metadata["unit"] = name_of(vocabulary.rules().unit);
    file.metadata["ends_of_lines"] = vocabulary.rules().ends_of_lines ? "yes" : "no";
    file.write(path);
}

/// Returns the vocabulary in a tensor file. `path` is used in error messages.
/// @throws FileError if the file contains no valid vocabulary
[[nodiscard]] inline Vocabulary vocabulary_in(const io::TensorFile& file, const std::filesystem::path& path) {
    constexpr std::string_view format[] = {detail::vocabulary_format};
    constexpr std::string_view answers[] = {"no", "yes"};
    (void)detail::vocabulary_choice(file, path, "format", format);
    TextRules rules;
    rules.unit = static_cast<TextUnit>(detail::vocabulary_choice(file, path, "unit", unit_names));
    rules.ends_of_lines = detail::vocabulary_choice(file, path, "ends_of_lines", answers) == 1;
    const auto lengths =
        detail::vocabulary_tensor(file, path, detail::unit_lengths, io::DType::u64).values<std::uint64_t>();
    const auto bytes =
        detail::vocabulary_tensor(file, path, detail::unit_bytes, io::DType::u8).values<std::uint8_t>();
    std::vector<std::string> result;
    result.reserve(lengths.size());
    std::size_t at = 0;
    for (const std::uint64_t length : lengths) {
        if (length == 0 || length > bytes.size() - at)
            detail::refuse_units(path,
                                 std::to_string(length) + " bytes for unit " + std::to_string(result.size()),
                                 "1 to " + std::to_string(bytes.size() - at) + " bytes");
        const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        result.emplace_back(first, first + static_cast<std::ptrdiff_t>(length));
        at += static_cast<std::size_t>(length);
    }
    if (at != bytes.size())
        detail::refuse_units(path, std::to_string(bytes.size()) + " bytes",
                             std::to_string(at) + " bytes, the sum of the lengths");
    std::vector<std::string_view> sorted(result.begin(), result.end());
    std::sort(sorted.begin(), sorted.end());
    if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end())
        detail::refuse_units(path, "'" + std::string(*twice) + "' twice", "each unit once");
    return {rules, std::move(result)};
}

/// Reads a vocabulary that `save` wrote.
/// @throws FileError if the file cannot be read or contains no valid vocabulary
[[nodiscard]] inline Vocabulary load_vocabulary(const std::filesystem::path& path) {
    return vocabulary_in(io::TensorFile::read(path), path);
}

}  // namespace alrao::data

#pragma GCC diagnostic pop
