#pragma once

#include "../io/temporary_folder.hpp"
#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Returns the bytes of an IDX header.
inline std::string idx_header(int type, const std::vector<std::uint32_t>& extents) {
    std::string bytes{'\0', '\0', static_cast<char>(type), static_cast<char>(extents.size())};
    for (const std::uint32_t extent : extents) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes += static_cast<char>((extent >> shift) & 255u);
        }
    }
    return bytes;
}

/// Returns unsigned bytes that count up modulo `modulus`.
inline std::string idx_file(const std::vector<std::uint32_t>& extents, unsigned modulus = 251) {
    std::size_t size = 1;
    for (const std::uint32_t extent : extents) {
        size *= extent;
    }
    std::string bytes = idx_header(8, extents);
    for (std::size_t i = 0; i < size; ++i) {
        bytes += static_cast<char>(i % modulus);
    }
    return bytes;
}

/// Returns one gzip member. Its header contains `name`, `comment` and a checksum of the header if these are
/// given.
inline std::string gzip(std::string_view content, int level = 6, const char* name = nullptr,
                        const char* comment = nullptr, bool checked_header = false) {
    z_stream state{};
    deflateInit2(&state, level, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    std::string text_name = name == nullptr ? "" : name, text_comment = comment == nullptr ? "" : comment;
    gz_header header{};
    header.os = 3;
    header.hcrc = checked_header ? 1 : 0;
    header.name = name == nullptr ? nullptr : reinterpret_cast<Bytef*>(text_name.data());
    header.comment = comment == nullptr ? nullptr : reinterpret_cast<Bytef*>(text_comment.data());
    deflateSetHeader(&state, &header);
    std::string out(deflateBound(&state, content.size()) + 64, '\0');
    state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
    state.avail_in = static_cast<uInt>(content.size());
    state.next_out = reinterpret_cast<Bytef*>(out.data());
    state.avail_out = static_cast<uInt>(out.size());
    deflate(&state, Z_FINISH);
    out.resize(state.total_out);
    deflateEnd(&state);
    return out;
}
