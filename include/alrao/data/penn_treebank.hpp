#pragma once

#include <alrao/data/folders.hpp>
#include <alrao/data/text.hpp>

#include <array>
#include <filesystem>
#include <string_view>

namespace alrao::data {

/// Returns the paths of the files of the Penn Treebank, as T. Mikolov prepared it for language models:
/// `ptb.train.txt`, `ptb.valid.txt` and `ptb.test.txt`, of 5,101,618, 399,782 and 449,945 bytes. They contain
/// lower-case words between spaces; `<unk>` stands for rare words, N for numbers. The vocabulary has 50
/// characters (the units in the Alrao paper), or 10,000 words including <eos> for the ends of lines.
///
/// If `directory` is given, only it is searched; otherwise $ALRAO_DATA, then $XDG_CACHE_HOME/alrao (or
/// ~/.cache/alrao). In each of them, the files are looked for directly and in the subfolders `ptb` and
/// `penn-treebank`. Nothing is downloaded.
/// @throws FileError if there are no such files (the message lists all folders searched), or only some of
/// them
[[nodiscard]] inline TextFiles penn_treebank_files(const std::filesystem::path& directory = {}) {
    constexpr std::array<std::string_view, 2> subfolders{"ptb", "penn-treebank"};
    const FileSet set{{"ptb.train.txt", "ptb.valid.txt", "ptb.test.txt"},
                      "",
                      "the Penn Treebank for language models (T. Mikolov, simple-examples), or set "
                      "ALRAO_DATA to its folder"};
    const FoundFiles found = find_files(search_folders(directory, subfolders, {}), set);
    return {found.paths[0], found.paths[1], found.paths[2]};
}

}  // namespace alrao::data
