#pragma once

#include <alrao/io/file_error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao::io {

/// Returns the system's message for a value of `errno`.
[[nodiscard]] inline std::string system_message(int code) { return std::generic_category().message(code); }

/// A source of bytes in memory, for readers that also read an `InputFile`. Such readers are templates over
/// the type of the source, which has four functions:
/// - `path()` returns the name of the source, for messages;
/// - `size()` returns the number of bytes, which is fixed when the source is opened;
/// - `read(offset, out)` fills all of `out`, or throws `FileError`;
/// - `require_unchanged()` throws `FileError` if the source has become longer since it was opened.
///
/// `bytes` must remain valid as long as the source is used.
class InputBytes {
public:
    explicit InputBytes(std::span<const std::byte> bytes, std::filesystem::path name = "(memory)")
        : bytes_(bytes), path_(std::move(name)) {}

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::uint64_t size() const noexcept { return bytes_.size(); }
    void require_unchanged() const noexcept {}

    void read(std::uint64_t offset, std::span<std::byte> out) const {
        if (offset > bytes_.size() || bytes_.size() - offset < out.size()) {
            fail<FileError>(FileFault::truncated, path_, bytes_.size(), "size",
                            std::to_string(bytes_.size()) + " bytes",
                            std::to_string(out.size()) + " bytes from " + std::to_string(offset));
        }
        if (!out.empty()) {
            std::memcpy(out.data(), bytes_.data() + offset, out.size());
        }
    }

private:
    std::span<const std::byte> bytes_;
    std::filesystem::path path_;
};

/// A regular file, opened for reading, with the functions of `InputBytes`. A directory, pipe or device is
/// refused; opening a pipe does not wait for a writer.
/// @throws FileError from the constructor if the file cannot be opened or is not a regular file; from `read`
/// if the file has become shorter or the system fails to read it; from `require_unchanged` if the file has
/// become longer
class InputFile {
public:
    explicit InputFile(std::filesystem::path path) : path_(std::move(path)) {
        do {
            descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        } while (descriptor_ < 0 && errno == EINTR);
        if (descriptor_ < 0) {
            refuse("open", system_message(errno), "a readable file");
        }
        struct stat status {};
        if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
            const std::string got = S_ISDIR(status.st_mode) ? "a directory" : "not a regular file";
            close();
            refuse("kind of file", got, "a regular file");
        }
        size_ = static_cast<std::uint64_t>(status.st_size);
    }
    InputFile(const InputFile&) = delete;
    InputFile& operator=(const InputFile&) = delete;
    ~InputFile() { close(); }

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

    void read(std::uint64_t offset, std::span<std::byte> out) const {
        for (std::size_t done = 0; done < out.size();) {
            const std::size_t count = read_some(offset + done, out.subspan(done));
            if (count == 0) {
                fail<FileError>(FileFault::truncated, path_, offset + done, "size", "the end of the file",
                                std::to_string(out.size() - done) + " more bytes");
            }
            done += count;
        }
    }

    void require_unchanged() const {
        std::byte next{};
        if (read_some(size_, {&next, 1}) != 0) {
            fail<FileError>(FileFault::excess, path_, size_, "size", "more bytes than at the time of opening",
                            std::to_string(size_) + " bytes");
        }
    }

private:
    std::size_t read_some(std::uint64_t offset, std::span<std::byte> out) const {
        constexpr std::size_t piece = std::size_t{1} << 30;  // some systems refuse reads above 2 GiB
        ssize_t count = 0;
        do {
            count = ::pread(descriptor_, out.data(), std::min(out.size(), piece), static_cast<off_t>(offset));
        } while (count < 0 && errno == EINTR);
        if (count < 0) {
            fail<FileError>(FileFault::access, path_, offset, "read", system_message(errno),
                            std::to_string(out.size()) + " bytes");
        }
        return static_cast<std::size_t>(count);
    }

    [[noreturn]] void refuse(std::string_view field, std::string_view got, std::string_view expected) const {
        fail<FileError>(FileFault::access, path_, FileError::whole_file, field, got, expected);
    }

    void close() noexcept {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
        descriptor_ = -1;
    }

    std::filesystem::path path_;
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
};

/// Returns the bytes of a file.
/// @throws FileError if the file cannot be read, or has more than `max_bytes` bytes
[[nodiscard]] inline std::vector<std::byte> read_file(const std::filesystem::path& path,
                                                      std::uint64_t max_bytes) {
    const InputFile file(path);
    if (file.size() > max_bytes) {
        fail<FileError>(FileFault::limit, path, FileError::whole_file, "size",
                        std::to_string(file.size()) + " bytes",
                        "at most " + std::to_string(max_bytes) + " bytes");
    }
    std::vector<std::byte> bytes(static_cast<std::size_t>(file.size()));
    file.read(0, bytes);
    file.require_unchanged();
    return bytes;
}

}  // namespace alrao::io

#pragma GCC diagnostic pop
