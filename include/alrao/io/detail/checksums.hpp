#pragma once

#include <alrao/io/crc32.hpp>
#include <alrao/io/detail/header_entries.hpp>
#include <alrao/io/file_error.hpp>
#include <alrao/io/tensor.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao::io::detail {

/// Keys of the metadata that hold checksums; see `TensorFile`.
inline constexpr std::string_view checksum_prefix = "alrao.crc32.";
inline constexpr std::string_view header_checksum_key = "alrao.crc32.header";
inline constexpr std::string_view tensors_checksum_key = "alrao.crc32.tensors";

/// Returns a number as eight hexadecimal digits.
inline std::string hex(std::uint32_t number) {
    std::string text;
    for (int shift = 28; shift >= 0; shift -= 4) {
        text += "0123456789abcdef"[(number >> shift) & 15u];
    }
    return text;
}

/// Returns the CRC-32 of the header's length and text. The eight characters at `digits`, the place of the
/// checksum itself, are first replaced by the digit 0.
inline std::uint32_t header_checksum(std::string text, std::size_t digits) {
    text.replace(digits, 8, "00000000");
    const auto length = std::bit_cast<std::array<std::byte, 8>>(std::uint64_t{text.size()});
    return crc32(std::as_bytes(std::span(text)), crc32(length));
}

/// Compares the checksums of a file with its content and removes them from the metadata. `in_order` lists the
/// tensors in the order of their bytes. Returns whether the file has checksums.
/// @throws FileError (`FileFault::checksum`) if one of them is missing or wrong
inline bool verify_checksums(const std::filesystem::path& path, std::string_view text, Header& header,
                             std::span<const Tensor> in_order) {
    auto& metadata = header.metadata;
    const auto first = metadata.lower_bound(checksum_prefix);
    if (first == metadata.end() || !first->first.starts_with(checksum_prefix)) {
        return false;
    }
    const auto wrong = [&](std::uint64_t offset, std::string_view field, std::string_view got,
                           std::string_view expected) {
        fail<FileError>(FileFault::checksum, path, offset, field, got, expected);
    };
    const auto sum = metadata.find(header_checksum_key);
    const auto sums = metadata.find(tensors_checksum_key);
    if (sum == metadata.end() || sums == metadata.end()) {
        wrong(FileError::whole_file, "checksums", first->first,
              "both alrao.crc32.header and alrao.crc32.tensors");
    }
    const std::size_t close = static_cast<std::size_t>(header.metadata_place.at(sum->first)) - 8;
    const std::size_t digits = close < 9 ? 0 : close - 9;  // 8 digits and the quotation mark
    const std::string expected = hex(header_checksum(std::string(text), digits));
    if (sum->second != expected || text.substr(digits, 8) != expected) {
        wrong(8 + digits, "checksum of the header", sum->second, expected);
    }
    std::uint64_t place = 8 + text.size();
    for (std::size_t i = 0; i < in_order.size(); ++i) {
        const std::string of_data = hex(crc32(in_order[i].bytes));
        const std::string in_file = 8 * i < sums->second.size() ? sums->second.substr(8 * i, 8) : "none";
        if (of_data != in_file) {
            wrong(place, "checksum of '" + printable(in_order[i].name) + "'", in_file, of_data);
        }
        place += in_order[i].bytes.size();
    }
    if (sums->second.size() != 8 * in_order.size()) {
        wrong(header.metadata_place.at(sums->first), "checksums of tensors",
              std::to_string(sums->second.size()) + " digits", std::to_string(8 * in_order.size()));
    }
    metadata.extract(sums);
    metadata.extract(sum);
    const auto other = metadata.lower_bound(checksum_prefix);
    if (other != metadata.end() && other->first.starts_with(checksum_prefix))
        wrong(FileError::whole_file, "checksums", other->first,
              "no keys other than alrao.crc32.header and alrao.crc32.tensors");
    return true;
}

}  // namespace alrao::io::detail

#pragma GCC diagnostic pop
