#pragma once

#include <cstdlib>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace alrao::data {

/// The folders in which a data set may lie, in the order in which they are tried. A folder that the
/// caller names is the only one (with its subfolders): nothing else may be read in its place.
/// Otherwise $ALRAO_DATA, then $XDG_CACHE_HOME/alrao (~/.cache/alrao where that is not set to an
/// absolute path), each plainly and with each subfolder, then `system`, where the distribution's
/// package puts the data.
[[nodiscard]] inline std::vector<std::filesystem::path> search_folders(
    const std::filesystem::path& argument, std::span<const std::string_view> subfolders,
    const std::filesystem::path& system) {
    std::vector<std::filesystem::path> folders;
    const auto add = [&](const std::filesystem::path& root) {
        folders.push_back(root);
        for (const std::string_view name : subfolders) {
            folders.push_back(root / name);
        }
    };
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);
        return std::filesystem::path(value == nullptr ? "" : value);
    };
    if (!argument.empty()) {
        add(argument);
        return folders;
    }
    if (const auto data = variable("ALRAO_DATA"); !data.empty()) {
        add(data);
    }
    if (const auto cache = variable("XDG_CACHE_HOME"); cache.is_absolute()) {
        add(cache / "alrao");
    } else if (const auto home = variable("HOME"); home.is_absolute()) {
        add(home / ".cache" / "alrao");
    }
    folders.push_back(system);
    return folders;
}

}  // namespace alrao::data
