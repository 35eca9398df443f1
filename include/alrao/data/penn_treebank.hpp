#pragma once

#include <alrao/data/folders.hpp>
#include <alrao/data/text.hpp>

#include <array>
#include <filesystem>
#include <string_view>

namespace alrao::data {

/// The Penn Treebank as T. Mikolov prepared it for language models: the files `ptb.train.txt`,
/// `ptb.valid.txt` and `ptb.test.txt`, 5,101,618, 399,782 and 449,945 bytes of lower-case words
/// between spaces, with `<unk>` for rare words and N for numbers. Read as characters, as Alrao's
/// paper does, they have 50 different ones; as words with ends of lines 10,000.
/// The files are looked for in `directory` if one is given; else in $ALRAO_DATA and
/// $XDG_CACHE_HOME/alrao (or ~/.cache/alrao), each plainly and with the subfolders `ptb` and
/// `penn-treebank`. Nothing is downloaded. Raises `FileError`; if there is no such folder, it names
/// every path tried.
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
