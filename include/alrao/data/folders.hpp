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

/// Returns the folders to search for a data set, in the order of the search. If `argument` is not empty, it
/// and its subfolders are the only ones, so that no other data are read by mistake. Otherwise: $ALRAO_DATA,
/// then $XDG_CACHE_HOME/alrao (~/.cache/alrao if that variable is not an absolute path), each followed by its
/// `subfolders`; then `system`, the folder of the distribution's package, unless it is empty.
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

/// The files of a data set, which are all in one folder.
struct FileSet {
    std::vector<std::string> files;  ///< names of the files
    std::string spellings;           ///< other spellings, for messages: "" or " (plain or .gz)"
    std::string advice;              ///< what to do if the files are not found, for messages
};

/// Whether the path exists. If the system cannot tell, the result is true; opening the file then reports the
/// error.
[[nodiscard]] inline bool is_there(const std::filesystem::path& path) {
    std::error_code problem;
    return std::filesystem::exists(path, problem) || problem;
}

/// The folder of a data set, and the path of each of its files in the order of the FileSet.
struct FoundFiles {
    std::filesystem::path folder;
    std::vector<std::filesystem::path> paths;
};

/// Returns the path of a file in a folder; an empty path if there is none.
[[nodiscard]] inline std::filesystem::path find_file(const std::filesystem::path& folder,
                                                     const std::string& name) {
    return is_there(folder / name) ? folder / name : std::filesystem::path();
}

/// Returns the files of a data set in the first folder that contains any of them. `find(folder, name)`
/// returns the path of a file, in any of its spellings, or an empty path.
/// @throws FileError if this folder contains some of the files but not all, since a later folder could
/// contain other data; or if no folder contains any (the message lists all folders)
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
