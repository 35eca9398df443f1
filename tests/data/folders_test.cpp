#include <alrao/data/folders.hpp>

#include "../io/temporary_folder.hpp"
#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <string_view>
#include <vector>

using Paths = std::vector<std::filesystem::path>;

namespace {

constexpr std::array<std::string_view, 2> subfolders{"a", "b/c"};

Paths folders(const char* argument = "") {
    return alrao::data::search_folders(argument, subfolders, "/system");
}

}  // namespace

TEST_CASE("a named folder is the only one") {
    const Variable data("ALRAO_DATA", "/data");
    CHECK(folders("here") == Paths{"here", "here/a", "here/b/c"});
}

TEST_CASE("variables come before the cache and the cache before the system") {
    const Variable data("ALRAO_DATA", "/data"), cache("XDG_CACHE_HOME", "/cache"),
        home("HOME", "/home/x");
    CHECK(folders() == Paths{"/data", "/data/a", "/data/b/c", "/cache/alrao", "/cache/alrao/a",
                             "/cache/alrao/b/c", "/system"});
}

TEST_CASE("variables that are empty, or relative where they may not be, are as if not set") {
    const Variable data("ALRAO_DATA", ""), home("HOME", "/home/x");
    for (const char* relative : {"", "cache", "./cache"}) {
        const Variable cache("XDG_CACHE_HOME", relative);
        CHECK(folders() == Paths{"/home/x/.cache/alrao", "/home/x/.cache/alrao/a",
                                 "/home/x/.cache/alrao/b/c", "/system"});
    }
    const Variable cache("XDG_CACHE_HOME", nullptr), nobody("HOME", nullptr),
        none("ALRAO_DATA", nullptr);
    CHECK(folders() == Paths{"/system"});
}
