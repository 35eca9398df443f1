#include <alrao/data/folders.hpp>

#include "../io/temporary_folder.hpp"
#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <string_view>
#include <vector>

namespace data_folders_test {

using Paths = std::vector<std::filesystem::path>;

namespace {

constexpr std::array<std::string_view, 2> subfolders{"a", "b/c"};

Paths folders(const char* argument = "") {
    return alrao::data::search_folders(argument, subfolders, "/system");
}

}  // namespace

TEST_CASE("if a folder is given, it is the only one") {
    const Variable data("ALRAO_DATA", "/data");
    CHECK(folders("here") == Paths{"here", "here/a", "here/b/c"});
}

TEST_CASE("ALRAO_DATA comes before the cache, and the cache before the system's folder") {
    const Variable data("ALRAO_DATA", "/data"), cache("XDG_CACHE_HOME", "/cache"), home("HOME", "/home/x");
    CHECK(folders() == Paths{"/data", "/data/a", "/data/b/c", "/cache/alrao", "/cache/alrao/a",
                             "/cache/alrao/b/c", "/system"});
}

TEST_CASE("empty variables, and relative paths that must be absolute, are ignored") {
    const Variable data("ALRAO_DATA", ""), home("HOME", "/home/x");
    for (const char* relative : {"", "cache", "./cache"}) {
        const Variable cache("XDG_CACHE_HOME", relative);
        CHECK(folders() ==
              Paths{"/home/x/.cache/alrao", "/home/x/.cache/alrao/a", "/home/x/.cache/alrao/b/c", "/system"});
    }
    const Variable cache("XDG_CACHE_HOME", nullptr), nobody("HOME", nullptr), none("ALRAO_DATA", nullptr);
    CHECK(folders() == Paths{"/system"});
}

TEST_CASE("a data set may have no system folder") {
    const Variable data("ALRAO_DATA", "/data"), cache("XDG_CACHE_HOME", nullptr), nobody("HOME", nullptr);
    CHECK(alrao::data::search_folders("", {}, "") == Paths{"/data"});
}

TEST_CASE("the first folder with files must have all; if there is none, the error lists all folders") {
    const TemporaryFolder folder;
    const Paths paths{folder / "empty", folder / "full", folder / "other"};
    const alrao::data::FileSet set{{"a", "b"}, " (any spelling)", "make some"};
    const auto nothing = refusal([&] { (void)alrao::data::find_files(paths, set); });
    REQUIRE(nothing);
    CHECK(nothing->path == folder / "empty");
    CHECK(nothing->field == "a");
    CHECK(nothing->got == "no such file (any spelling) in any of: " + paths[0].native() + ", " +
                              paths[1].native() + ", " + paths[2].native());
    CHECK(nothing->expected == "make some");
    folder.write("full/b", "");
    folder.write("other/a", "");
    folder.write("other/b", "");
    const auto some = refusal([&] { (void)alrao::data::find_files(paths, set); });
    REQUIRE(some);
    CHECK(some->path == folder / "full");
    CHECK(some->got == "no a");
    folder.write("full/a", "");
    const auto found = alrao::data::find_files(paths, set);
    CHECK(found.folder == folder / "full");
    CHECK(found.paths == Paths{folder / "full/a", folder / "full/b"});
    const auto upper = [](const std::filesystem::path& at, const std::string& name) {
        return name == "a" ? at / "A" : std::filesystem::path();
    };
    CHECK(refusal([&] { (void)alrao::data::find_files(paths, set, upper); })->got == "no b");
    CHECK(refusal([&] { (void)alrao::data::find_files({}, set); })->path.empty());
}

}  // namespace data_folders_test
