#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace alrao::io {

/// Returns the CRC-32 of bytes, as gzip, PNG and Ethernet define it (ISO 3309, polynomial 0x04C11DB7,
/// reflected). To continue a checksum with further bytes, pass it as `start`.
[[nodiscard]] inline std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t start = 0) {
    if (bytes.empty()) {
        return start;  // for a null pointer zlib returns the initial value
    }
    return static_cast<std::uint32_t>(
        ::crc32_z(start, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

}  // namespace alrao::io
