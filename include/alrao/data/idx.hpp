#pragma once

#include <alrao/data/gzip.hpp>
#include <alrao/data/idx_content.hpp>
#include <alrao/io/detail/byte_source.hpp>
#include <alrao/io/file_error.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao::data {

/// What a program expects of an IDX file. A file with another type or rank is refused before its data are
/// read.
struct IdxOptions {
    std::optional<IdxType> type{};                     ///< type of the elements; no value: any
    std::optional<std::size_t> rank{};                 ///< number of extents; no value: any
    std::uint64_t max_bytes = std::uint64_t{4} << 30;  ///< largest size of the uncompressed data: 4 GiB
};

/// Largest number of extents that `read_idx` accepts.
inline constexpr std::size_t idx_max_rank = 8;

namespace detail {

/// Reads IDX data from a stream (`PlainStream` or `GzipStream`).
template <class Stream>
class IdxReader {
public:
    IdxReader(Stream& stream, const IdxOptions& options) : stream_(&stream), options_(options) {}

    [[nodiscard]] Idx read() {
        Idx result;
        read_magic(result);
        const std::size_t size = read_extents(result);
        require_room(result, size);
        result.bytes.resize(size);
        const std::size_t count = stream_->read(result.bytes);
        if (count < size) {
            refuse(io::FileFault::truncated, result.offset_of(0) + count, "data",
                   std::to_string(count) + " bytes", std::to_string(size) + " bytes");
        }
        std::byte next{};
        if (stream_->read({&next, 1}) != 0) {
            refuse(io::FileFault::excess, result.offset_of(0) + size, "data", "more bytes",
                   "the end after " + std::to_string(size) + " bytes");
        }
        stream_->finish();
        to_native_order(result);
        require_finite(result);
        return result;
    }

private:
    void read_magic(Idx& result) {
        std::array<std::byte, 4> magic{};
        read_header(0, "magic", magic);
        const auto at = [&](std::size_t i) { return std::to_integer<unsigned>(magic[i]); };
        if (at(0) != 0 || at(1) != 0) {
            const bool zipped = at(0) == 0x1F && at(1) == 0x8B;
            const bool reversed = at(2) == 0 && at(3) == 0;
            const std::string_view hint = zipped     ? ": the file is compressed twice"
                                          : reversed ? ": the header is little-endian, but IDX is big-endian"
                                                     : "";
            refuse(io::FileFault::malformed, 0, "magic", hex(magic),
                   "0x0000, a type and a rank" + std::string(hint));
        }
        result.type = static_cast<IdxType>(magic[2]);
        if (size_of(result.type) == 0) {
            refuse(io::FileFault::malformed, 2, "type", hex({&magic[2], 1}),
                   "0x08, 0x09, 0x0b, 0x0c, 0x0d or 0x0e");
        }
        const std::size_t rank = at(3);
        if (rank == 0 || rank > idx_max_rank) {
            refuse(rank == 0 ? io::FileFault::malformed : io::FileFault::limit, 3, "rank",
                   std::to_string(rank), "1 to 8");
        }
        if (options_.type && *options_.type != result.type) {
            refuse(io::FileFault::mismatch, 2, "type", name_of(result.type), name_of(*options_.type));
        }
        if (options_.rank && *options_.rank != rank) {
            const std::string_view hint = rank == 1             ? " (a file of labels?)"
                                          : *options_.rank == 1 ? " (a file of images?)"
                                                                : "";
            refuse(io::FileFault::mismatch, 3, "rank", std::to_string(rank) + std::string(hint),
                   std::to_string(*options_.rank));
        }
        result.extents.resize(rank);
    }

    /// Reads the extents. Returns the size of the data in bytes, which is at most `max_bytes`.
    std::size_t read_extents(Idx& result) {
        std::array<std::byte, 4 * idx_max_rank> storage{};
        const auto bytes = std::span(storage).first(4 * result.extents.size());
        read_header(4, "extents", bytes);
        const std::uint64_t most =
            std::min<std::uint64_t>(options_.max_bytes, std::numeric_limits<std::ptrdiff_t>::max());
        std::uint64_t size = size_of(result.type);
        for (std::size_t axis = 0; axis < result.extents.size(); ++axis) {
            std::size_t extent = 0;
            for (const std::byte digit : bytes.subspan(4 * axis, 4)) {
                extent = (extent << 8) | std::to_integer<std::size_t>(digit);
            }
            const std::string field = "extent " + std::to_string(axis);
            if (extent == 0) {
                refuse(io::FileFault::malformed, 4 + 4 * axis, field, "0", "at least 1");
            }
            if (size > most / extent) {
                refuse(io::FileFault::limit, 4 + 4 * axis, field, std::to_string(extent),
                       "at most " + std::to_string(most) + " bytes of data in all");
            }
            size *= extent;
            result.extents[axis] = extent;
        }
        return static_cast<std::size_t>(size);
    }

    /// Refuses, before memory is allocated, a size of data that the file cannot contain.
    void require_room(const Idx& result, std::uint64_t size) const {
        const std::uint64_t header = result.offset_of(0);
        const std::uint64_t room = stream_->size_limit() < header ? 0 : stream_->size_limit() - header;
        const std::string expected = std::to_string(size) + " bytes, as declared by the extents";
        if (size > room) {
            refuse(io::FileFault::truncated, stream_->size_is_exact() ? header + room : header, "data",
                   "at most " + std::to_string(room) + " bytes", expected);
        }
        if (stream_->size_is_exact() && size < room) {
            refuse(io::FileFault::excess, header + size, "data", std::to_string(room) + " bytes", expected);
        }
    }

    static void to_native_order(Idx& result) {
        const std::size_t width = size_of(result.type);
        if (std::endian::native == std::endian::big || width == 1) {
            return;
        }
        for (std::size_t at = 0; at < result.bytes.size(); at += width) {
            std::byte* element = result.bytes.data() + at;
            std::reverse(element, element + width);
        }
    }

    void require_finite(const Idx& result) const {
        if (result.type == IdxType::f32) {
            require_finite_as<std::uint32_t>(result, 0x7F800000u);
        } else if (result.type == IdxType::f64) {
            require_finite_as<std::uint64_t>(result, std::uint64_t{0x7FF} << 52);
        }
    }

    /// Inspects bits, because comparisons with NaN are removed by fast-math options of compilers.
    template <class Bits>
    void require_finite_as(const Idx& result, Bits exponent) const {
        for (std::size_t i = 0; i < result.elements(); ++i) {
            Bits bits{};
            std::memcpy(&bits, result.bytes.data() + i * sizeof(Bits), sizeof(Bits));
            if ((bits & exponent) == exponent) {
                refuse(io::FileFault::malformed, result.offset_of(i), "element " + std::to_string(i),
                       "NaN or infinity", "a finite number");
            }
        }
    }

    void read_header(std::uint64_t offset, std::string_view field, std::span<std::byte> out) {
        const std::size_t count = stream_->read(out);
        if (count < out.size()) {
            refuse(io::FileFault::truncated, offset + count, field, std::to_string(count) + " bytes",
                   std::to_string(out.size()) + " bytes");
        }
    }

    static std::string hex(std::span<const std::byte> bytes) {
        constexpr std::string_view digits = "0123456789abcdef";
        std::string text = "0x";
        for (const std::byte b : bytes) {
            text += digits[std::to_integer<std::size_t>(b >> 4)];
            text += digits[std::to_integer<std::size_t>(b & std::byte{15})];
        }
        return text;
    }

    [[noreturn]] void refuse(io::FileFault fault, std::uint64_t offset, std::string_view field,
                             std::string_view got, std::string_view expected) const {
        fail<FileError>(fault, stream_->path(), offset, std::string(field).append(stream_->place()), got,
                        expected);
    }

    Stream* stream_;
    IdxOptions options_;
};

}  // namespace detail

/// Reads IDX data from an `io::InputFile` or `io::InputBytes`. The first bytes decide whether they are
/// compressed by gzip. The format (Y. LeCun, "The MNIST database"): two zero bytes, type, rank, one
/// big-endian 32-bit extent for each axis, then the data in row-major order.
///
/// Everything is checked before memory for the data is allocated: the rank is 1 to 8, no extent is 0, the
/// data have at most `max_bytes` bytes, and the file contains exactly as many bytes as the extents declare.
/// For a compressed file, the last check is only that data of this size can be compressed to the size of the
/// file (at most 1,032 : 1); decompression stops one byte after the declared size. NaN and infinity are
/// refused, subnormal numbers are accepted.
/// @throws FileError if the file cannot be read, is invalid, or does not match `options`
template <class Source>
[[nodiscard]] Idx read_idx_from(const Source& source, const IdxOptions& options = {}) {
    if (is_gzip(source)) {
        GzipStream<Source> stream(source);
        return detail::IdxReader(stream, options).read();
    }
    PlainStream<Source> stream(source);
    return detail::IdxReader(stream, options).read();
}

/// Reads an IDX file, plain or compressed by gzip. See `read_idx_from`.
/// @throws FileError as `read_idx_from`
[[nodiscard]] inline Idx read_idx(const std::filesystem::path& path, const IdxOptions& options = {}) {
    return read_idx_from(io::InputFile(path), options);
}

}  // namespace alrao::data

#pragma GCC diagnostic pop
