#include <alrao/io/atomic_file.hpp>

#include "temporary_folder.hpp"
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace io_atomic_file_test {

using namespace alrao;
using io::AtomicFile;

namespace {

/// Forwards calls to the system until call number `fails_at`. Then only this call fails, or this call and all
/// later ones (a crash).
struct FaultySystem {
    struct State {
        int fails_at = -1;
        bool crash = false;
        int error = EIO;
        std::vector<std::string> calls{};
    };
    std::shared_ptr<State> state = std::make_shared<State>();
    io::PosixSystem real{};

    bool fails(const char* name) {
        state->calls.push_back(name);
        const int now = static_cast<int>(state->calls.size()) - 1;
        const bool failing =
            state->fails_at >= 0 && (state->crash ? now >= state->fails_at : now == state->fails_at);
        errno = state->error;
        return failing;
    }
    int open(int f, const char* n, int flags, mode_t m) {
        return fails("open") ? -1 : real.open(f, n, flags, m);
    }
    ssize_t write(int f, const std::byte* b, std::size_t n) {
        return fails("write") ? -1 : real.write(f, b, std::min<std::size_t>(n, 3));  // short writes
    }
    int change_mode(int f, mode_t m) { return fails("chmod") ? -1 : real.change_mode(f, m); }
    int sync(int f) { return fails("fsync") ? -1 : real.sync(f); }
    int close(int f) {
        const bool failing = fails("close");
        real.close(f);
        return failing ? -1 : 0;
    }
    int rename(int f, const char* a, const char* b) { return fails("rename") ? -1 : real.rename(f, a, b); }
    int remove(int f, const char* n) { return fails("remove") ? -1 : real.remove(f, n); }
};

void save(const std::filesystem::path& path, std::string_view text, FaultySystem system) {
    io::BasicAtomicFile<FaultySystem> file(path, system);
    file.write(bytes_of(text));
    file.commit();
}

mode_t mode_of(const std::filesystem::path& path) {
    struct stat status {};
    ::stat(path.c_str(), &status);
    return status.st_mode & 0777;
}

}  // namespace

TEST_CASE("commit forces the bytes to disk, renames the file, and forces the folder to disk, in this order") {
    const TemporaryFolder folder;
    const auto path = folder.write("x", "old");
    FaultySystem system;
    save(path, "12345", system);
    CHECK(content(path) == "12345");
    CHECK(system.state->calls == std::vector<std::string>{"open", "open", "chmod", "write", "write", "fsync",
                                                          "close", "rename", "fsync", "close"});
    CHECK(folder.files() == 1);
}

TEST_CASE("if any single call fails, the complete old or new file remains, and no other file") {
    for (const int error : {EIO, ENOSPC, EACCES, EDQUOT}) {
        for (int call = 0; call < 9; ++call) {
            const TemporaryFolder folder;
            const auto path = folder.write("x", "old");
            FaultySystem system;
            system.state->fails_at = call;
            system.state->error = error;
            const auto refused = refusal([&] { save(path, "12345", system); });
            REQUIRE(refused);
            CHECK(refused->fault == io::FileFault::access);
            CHECK(refused->got == io::system_message(error));
            CHECK(content(path) == (call < 8 ? "old" : "12345"));
            CHECK(folder.files() == 1);
        }
    }
}

TEST_CASE("after a crash at any call, the complete old or new file remains") {
    for (int call = 0; call < 10; ++call) {
        const TemporaryFolder folder;
        const auto path = folder.write("x", "old");
        FaultySystem system;
        system.state->fails_at = call;
        system.state->crash = true;
        (void)refusal([&] { save(path, "12345", system); });
        CHECK(content(path) == (call < 8 ? "old" : "12345"));
    }
}

TEST_CASE("interrupted calls are repeated, except fsync") {
    for (int call = 0; call < 9; ++call) {
        const TemporaryFolder folder;
        FaultySystem system;
        system.state->fails_at = call;
        system.state->error = EINTR;
        const auto path = folder.write("x", "old");
        const auto refused = refusal([&] { save(path, "12345", system); });
        const std::string failed = system.state->calls[static_cast<std::size_t>(call)];
        const bool again = failed == "open" || failed == "write" || failed == "close";
        CHECK(refused.has_value() == !again);
    }
}

TEST_CASE("a file that is not committed is removed") {
    const TemporaryFolder folder;
    {
        AtomicFile file(folder / "x");
        file.write(bytes_of("half"));
        CHECK(folder.files() == 1);
    }
    CHECK(folder.files() == 0);
}

TEST_CASE("a replaced file keeps its mode; a new file has the default mode of the process") {
    const TemporaryFolder folder;
    const mode_t old_mask = ::umask(027);
    {
        AtomicFile file(folder / "new");
        file.commit();
    }
    ::umask(old_mask);
    CHECK(mode_of(folder / "new") == 0640);
    const auto path = folder.write("x", "old");
    for (const mode_t mode : {0600u, 0644u, 0664u}) {
        ::chmod(path.c_str(), mode);
        AtomicFile file(path);
        file.commit();
        CHECK(mode_of(path) == mode);
    }
}

TEST_CASE("links are replaced, not followed; targets that are not files are refused") {
    const TemporaryFolder folder;
    const auto victim = folder.write("victim", "mine");
    std::filesystem::create_symlink(victim, folder / "link");
    {
        AtomicFile file(folder / "link");
        file.write(bytes_of("new"));
        file.commit();
    }
    CHECK(content(victim) == "mine");
    CHECK_FALSE(std::filesystem::is_symlink(folder / "link"));
    std::filesystem::create_directory(folder / "directory");
    for (const auto& path : {folder / "directory", folder / "none/x", folder / "directory/", folder / "..",
                             std::filesystem::path("/dev/full"), std::filesystem::path("")}) {
        const auto refused = refusal([&] { AtomicFile{path}; });
        REQUIRE(refused);
        CHECK(refused->fault == io::FileFault::access);
    }
    CHECK(std::filesystem::is_character_file("/dev/full"));
}

TEST_CASE("names may contain spaces, newlines and other bytes; paths may have no folder") {
    const TemporaryFolder folder;
    for (const char* name : {"a b", "new\nline", "\xFF\xFE", "-x", "\xC3\xA9"}) {
        AtomicFile file(folder / name);
        file.write(bytes_of("1"));
        file.commit();
        CHECK(content(folder / name) == "1");
    }
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    AtomicFile("plain").commit();
    std::filesystem::current_path(before);
    CHECK(std::filesystem::exists(folder / "plain"));
}

}  // namespace io_atomic_file_test
