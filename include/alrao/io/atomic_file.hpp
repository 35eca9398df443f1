#pragma once

#include <alrao/io/detail/byte_source.hpp>
#include <alrao/io/file_error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao::io {

/// The system calls of an `AtomicFile`. Each function returns what the POSIX function returns, and sets
/// `errno`. `folder` is the descriptor of an open folder, to which names are relative. Tests replace this
/// type by one whose calls fail.
struct PosixSystem {
    int open(int folder, const char* name, int flags, mode_t mode) {
        return ::openat(folder, name, flags, mode);
    }
    ssize_t write(int file, const std::byte* bytes, std::size_t count) { return ::write(file, bytes, count); }
    int change_mode(int file, mode_t mode) { return ::fchmod(file, mode); }
    int sync(int file) { return ::fsync(file); }
    int close(int file) { return ::close(file); }
    int rename(int folder, const char* from, const char* to) { return ::renameat(folder, from, folder, to); }
    int remove(int folder, const char* name) { return ::unlinkat(folder, name, 0); }
};

/// Writes a file atomically: after a crash or a loss of power there is either the complete new file or the
/// old one.
///
/// The constructor creates a file with a random name in the folder of the target. `write` appends to this
/// file. `commit` forces the bytes to disk, renames the file to the target, and forces the folder to disk.
/// Until then the old file is unchanged. The destructor removes the new file if `commit` was not called.
///
/// A regular file that is replaced keeps its mode. A symbolic link is replaced, not followed. Any other
/// target (folder, device, pipe) is refused. A failed fsync is not repeated, because the system may report
/// success on the second call although pages were lost.
///
/// `System` provides the system calls, see `PosixSystem`.
template <class System = PosixSystem>
class BasicAtomicFile {
public:
    /// Creates the temporary file.
    /// @throws FileError (`FileFault::access`) if `path` has no file name, its folder does not exist, the
    /// target is not a regular file or a link, or the file cannot be created
    explicit BasicAtomicFile(std::filesystem::path path, System system = {})
        : path_(std::move(path)), name_(path_.filename().native()), system_(std::move(system)) {
        if (name_.empty() || name_ == "." || name_ == "..") {
            refuse("name", "no file name", "a path that ends in a file name");
        }
        const std::filesystem::path parent = path_.has_parent_path() ? path_.parent_path() : ".";
        folder_ = open(AT_FDCWD, parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        if (folder_ < 0) {
            refuse("folder", system_message(errno), "a folder that exists");
        }
        try {
            open_beside_target();
        } catch (...) {
            abandon();  // the destructor does not run if the constructor throws
            throw;
        }
    }
    BasicAtomicFile(const BasicAtomicFile&) = delete;
    BasicAtomicFile& operator=(const BasicAtomicFile&) = delete;
    ~BasicAtomicFile() { abandon(); }

    /// Appends bytes.
    /// @throws FileError (`FileFault::access`) if the system fails to write them, for example on a full disk;
    /// the new file is removed
    void write(std::span<const std::byte> bytes) {
        while (!bytes.empty()) {
            constexpr std::size_t piece = std::size_t{1} << 30;
            const ssize_t count = system_.write(file_, bytes.data(), std::min(bytes.size(), piece));
            if (count < 0 && errno == EINTR) {
                continue;
            }
            if (count <= 0) {
                stop("write", count < 0 ? errno : EIO);
            }
            bytes = bytes.subspan(static_cast<std::size_t>(count));
            written_ += static_cast<std::uint64_t>(count);
        }
    }

    /// Replaces the target by the new file. Call it once, after the last `write`.
    /// @throws FileError (`FileFault::access`) if a system call fails. If the last one fails (fsync of the
    /// folder), the new file is in place, but a loss of power may restore the old one.
    void commit() {
        if (system_.sync(file_) != 0) {
            stop("fsync", errno);
        }
        const int closed = system_.close(std::exchange(file_, -1));
        if (closed != 0 && errno != EINTR) {
            stop("close", errno);
        }
        if (system_.rename(folder_, temporary_.c_str(), name_.c_str()) != 0) {
            stop("rename", errno);
        }
        temporary_.resize(0);
        if (system_.sync(folder_) != 0 && errno != EINVAL) {  // EINVAL: not supported by this file system
            stop("fsync of the folder", errno);
        }
    }

private:
    int open(int folder, const char* name, int flags, mode_t mode) {
        int file = -1;
        do {
            file = system_.open(folder, name, flags, mode);
        } while (file < 0 && errno == EINTR);
        return file;
    }

    void open_beside_target() {
        struct stat old {};
        const bool exists = ::fstatat(folder_, name_.c_str(), &old, AT_SYMLINK_NOFOLLOW) == 0;
        if (exists && !S_ISREG(old.st_mode) && !S_ISLNK(old.st_mode)) {
            abandon();
            refuse("kind of file", S_ISDIR(old.st_mode) ? "a directory" : "not a regular file",
                   "a regular file, or none");
        }
        const bool keep_mode = exists && S_ISREG(old.st_mode);
        constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
        std::random_device random;
        for (int attempt = 0; attempt < 16 && file_ < 0; ++attempt) {
            char tail[32];
            std::snprintf(tail, sizeof tail, ".%08x%08x.tmp", random(), random());
            temporary_ = "." + name_.substr(0, 200) + tail;
            file_ = open(folder_, temporary_.c_str(), flags, keep_mode ? 0600 : 0666);
            if (file_ < 0 && errno != EEXIST) {
                break;
            }
        }
        if (file_ < 0) {
            temporary_.resize(0);
            stop("create", errno);
        }
        if (keep_mode && system_.change_mode(file_, old.st_mode & 0777) != 0) {
            stop("chmod", errno);
        }
    }

    [[noreturn]] void stop(std::string_view operation, int code) {
        abandon();
        fail<FileError>(FileFault::access, path_, written_, operation, system_message(code), "success");
    }

    [[noreturn]] void refuse(std::string_view field, std::string_view got, std::string_view expected) const {
        fail<FileError>(FileFault::access, path_, FileError::whole_file, field, got, expected);
    }

    void abandon() noexcept {
        if (file_ >= 0) {
            system_.close(std::exchange(file_, -1));
        }
        if (!temporary_.empty()) {
            system_.remove(folder_, temporary_.c_str());
            temporary_.resize(0);
        }
        if (folder_ >= 0) {
            system_.close(std::exchange(folder_, -1));
        }
    }

    std::filesystem::path path_;
    std::string name_;
    std::string temporary_;
    System system_;
    int folder_ = -1;
    int file_ = -1;
    std::uint64_t written_ = 0;
};

/// A `BasicAtomicFile` that uses the system calls of POSIX.
using AtomicFile = BasicAtomicFile<>;

}  // namespace alrao::io

#pragma GCC diagnostic pop
