#pragma once

#include <alrao/io/file_error.hpp>

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao::data {

/// The folders in which a data set may lie, in the order in which they are tried. A folder that the
/// caller names is the only one (with its subfolders): nothing else may be read in its place.
/// Otherwise $ALRAO_DATA, then $XDG_CACHE_HOME/alrao (~/.cache/alrao where that is not set to an
/// absolute path), each plainly and with each subfolder, then `system`, where the distribution's
/// package puts the data (if there is one).
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
    if (!system.empty()) {
        folders.push_back(system);
    }
    return folders;
}

/// What makes up a data set that lies in one folder.
struct FileSet {
    std::vector<std::string> files;  ///< their names
    std::string spellings;           ///< in what other ways they may be spelt: "" or "(plain or .gz)"
    std::string advice;              ///< what to do where there are none
};

/// Whether something of that name is there. What cannot be looked at counts: it is reported when it
/// is opened.
[[nodiscard]] inline bool is_there(const std::filesystem::path& path) {
    std::error_code problem;
    return std::filesystem::exists(path, problem) || problem;
}

/// Where a data set was found: the path of each of its files.
struct FoundFiles {
    std::filesystem::path folder;
    std::vector<std::filesystem::path> paths;
};

/// The file of that name in a folder, empty where there is none.
[[nodiscard]] inline std::filesystem::path find_file(const std::filesystem::path& folder,
                                                     const std::string& name) {
    return is_there(folder / name) ? folder / name : std::filesystem::path();
}

/// The first of the folders that has files of the set; `find(folder, name)` is the path of one of
/// them there, in whichever spelling, or empty. Raises `FileError` on a folder that has some
/// without the rest, since reading on elsewhere would hide it, and where no folder has any, with
/// every path tried.
template <class Find = decltype(&find_file)>
[[nodiscard]] FoundFiles find_files(std::span<const std::filesystem::path> folders, const FileSet& set,
                                    Find find = &find_file) {
    const auto listed = [](std::string& list, const std::string& item) {
        list += (list.empty() ? "" : ", ") + item;
    };
    std::string tried;
    for (const std::filesystem::path& folder : folders) {
        FoundFiles found{folder, {}};
        std::string missing;
        for (const std::string& name : set.files) {
            std::filesystem::path path = find(folder, name);
            if (path.empty()) {
                listed(missing, name);
            } else {
                found.paths.push_back(std::move(path));
            }
        }
        if (!found.paths.empty() && !missing.empty()) {
            fail<FileError>(
                io::FileFault::mismatch, folder, FileError::whole_file, "files", "no " + missing,
                "all " + std::to_string(set.files.size()) + " files of the data set" + set.spellings);
        }
        if (missing.empty()) {
            return found;
        }
        listed(tried, folder.native());
    }
    if (folders.empty()) {
        tried = "(no folder: $ALRAO_DATA, $XDG_CACHE_HOME and $HOME are not set)";
    }
    fail<FileError>(io::FileFault::access, folders.empty() ? "" : folders.front(), FileError::whole_file,
                    set.files.front(), "no such file" + set.spellings + " in any of: " + tried, set.advice);
}

}  // namespace alrao::data

#pragma GCC diagnostic pop
