#pragma once

#include <alrao/io/file_error.hpp>

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao::data {

/// Whether the source begins with the two magic bytes of gzip. The name of the file does not matter.
template <class Source>
[[nodiscard]] bool is_gzip(const Source& source) {
    std::array<std::byte, 2> magic{};
    if (source.size() < magic.size()) {
        return false;
    }
    source.read(0, magic);
    return magic[0] == std::byte{0x1F} && magic[1] == std::byte{0x8B};
}

/// Reads the bytes of a source in order, without decompression. It has the same functions as `GzipStream`.
template <class Source>
class PlainStream {
public:
    explicit PlainStream(const Source& source) : source_(&source) {}

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return source_->path(); }
    [[nodiscard]] std::string_view place() const noexcept { return ""; }
    [[nodiscard]] std::uint64_t size_limit() const noexcept { return source_->size(); }
    [[nodiscard]] bool size_is_exact() const noexcept { return true; }

    /// Reads up to out.size() bytes. Returns the number of bytes read, which is smaller only at the end.
    /// @throws FileError if the source cannot be read
    std::size_t read(std::span<std::byte> out) {
        const auto count =
            static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), source_->size() - position_));
        source_->read(position_, out.first(count));
        position_ += count;
        return count;
    }

    void finish() const { source_->require_unchanged(); }

private:
    const Source* source_;
    std::uint64_t position_ = 0;
};

/// Decompresses a gzip file (RFC 1952) piece by piece into memory of the caller. It needs 64 KiB for input
/// and 40 KB for the state of zlib, independently of the file. The contents of successive members are
/// concatenated. Zero bytes after a member are skipped, as gzip and Python do, because tapes and block
/// devices pad files with zeros; other bytes after the last member are refused. The CRC-32 and the length of
/// each member are checked, and the checksum of its header if it has one. Offsets in errors are those in the
/// compressed file.
///
/// @tparam Source `io::InputFile` or `io::InputBytes`, which must outlive the stream
template <class Source>
class GzipStream {
public:
    /// @throws FileError if there is not enough memory for the state of zlib
    explicit GzipStream(const Source& source) : source_(&source), input_(std::size_t{64} * 1024) {
        if (inflateInit2(&state_, 16 + MAX_WBITS) != Z_OK) {
            refuse(io::FileFault::access, "zlib", "not enough memory for its state", "40 KB");
        }
    }
    GzipStream(const GzipStream&) = delete;
    GzipStream& operator=(const GzipStream&) = delete;
    ~GzipStream() { inflateEnd(&state_); }

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return source_->path(); }
    /// Text that readers append to names of fields in error messages.
    [[nodiscard]] std::string_view place() const noexcept { return " (of the uncompressed content)"; }
    /// Whether `size_limit` is the exact size of the content, not only an upper bound.
    [[nodiscard]] bool size_is_exact() const noexcept { return false; }

    /// Upper bound of the size of the content in bytes: the size of the file times 1,032, the largest ratio
    /// that DEFLATE can reach, plus 64.
    [[nodiscard]] std::uint64_t size_limit() const noexcept {
        constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
        return source_->size() > (most - 64) / 1032 ? most : source_->size() * 1032 + 64;
    }

    /// Decompresses up to out.size() bytes. Returns the number of bytes written, which is smaller only at the
    /// end.
    /// @throws FileError if the compressed data are invalid or end too soon
    std::size_t read(std::span<std::byte> out) {
        std::size_t done = 0;
        while (done < out.size() && !ended_) {
            constexpr std::size_t piece = std::size_t{1} << 30;  // zlib counts in 32 bits
            const std::size_t room = std::min(out.size() - done, piece);
            state_.next_out = reinterpret_cast<Bytef*>(out.data() + done);
            state_.avail_out = static_cast<uInt>(room);
            inflate_some();
            done += room - state_.avail_out;
        }
        return done;
    }

    /// Call it after the last `read`.
    /// @throws FileError if the source has become longer since it was opened
    void finish() const { source_->require_unchanged(); }

private:
    void inflate_some() {
        if (state_.avail_in == 0) {
            load();
        }
        const int result = inflate(&state_, Z_NO_FLUSH);
        if (result == Z_STREAM_END) {
            begin_next_member();
        } else if (result != Z_OK) {
            const std::string_view why =
                state_.msg != nullptr ? state_.msg : "data that cannot be decompressed";
            const bool damaged = why != "incorrect header check" &&
                                 (why.find("check") != why.npos || why.find("crc") != why.npos);
            refuse(damaged ? io::FileFault::checksum : io::FileFault::malformed, "gzip", why,
                   "a valid gzip member");
        }
    }

    void load() {
        const auto count =
            static_cast<std::size_t>(std::min<std::uint64_t>(input_.size(), source_->size() - loaded_));
        if (count == 0) {
            refuse(io::FileFault::truncated, "gzip", "the end of the file", "the rest of a gzip member");
        }
        source_->read(loaded_, std::span(input_).first(count));
        loaded_ += count;
        state_.next_in = reinterpret_cast<Bytef*>(input_.data());
        state_.avail_in = static_cast<uInt>(count);
    }

    /// Skips to the next byte that is not zero, or to the end of the file.
    void skip_zeros() {
        while (position() != source_->size()) {
            if (state_.avail_in == 0) {
                load();
            }
            for (; state_.avail_in > 0; --state_.avail_in, ++state_.next_in) {
                if (*state_.next_in != 0) {
                    return;
                }
            }
        }
    }

    void begin_next_member() {
        const std::uint64_t member_end = position();
        skip_zeros();
        const std::uint64_t zeros = position() - member_end;
        if (position() == source_->size()) {
            ended_ = true;
            return;
        }
        std::array<std::byte, 2> magic{};
        const auto left = std::min<std::uint64_t>(magic.size(), source_->size() - position());
        source_->read(position(), std::span(magic).first(static_cast<std::size_t>(left)));
        if (magic != std::array{std::byte{0x1F}, std::byte{0x8B}}) {
            refuse(io::FileFault::excess, "gzip",
                   std::to_string(source_->size() - position()) + " bytes after the last member" +
                       (zeros == 0 ? "" : " and " + std::to_string(zeros) + " zero bytes"),
                   "the end of the file, or another member");
        }
        inflateReset(&state_);
    }

    [[nodiscard]] std::uint64_t position() const noexcept { return loaded_ - state_.avail_in; }

    [[noreturn]] void refuse(io::FileFault fault, std::string_view field, std::string_view got,
                             std::string_view expected) const {
        fail<FileError>(fault, source_->path(), position(), field, got, expected);
    }

    const Source* source_;
    std::vector<std::byte> input_;
    std::uint64_t loaded_ = 0;
    bool ended_ = false;
    z_stream state_{};
};

}  // namespace alrao::data

#pragma GCC diagnostic pop
