#pragma once

#include <alrao/data/folders.hpp>
#include <alrao/data/labelled_images.hpp>
#include <alrao/io/file_error.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao::data {

/// Fashion-MNIST: 60,000 training and 10,000 test images of 28 x 28 x 1, in ten classes.
struct FashionMnist {
    LabelledImages train;
    LabelledImages test;
    std::filesystem::path folder;  ///< where the files were found
};

/// Names of the classes of Fashion-MNIST, indexed by label (Xiao, Rasul and Vollgraf, arXiv 1708.07747, table
/// 2).
inline constexpr std::array<std::string_view, 10> fashion_mnist_classes{
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"};

namespace detail {

/// Returns the path of one of the four files (`STEM-idxN-ubyte`), in one of its spellings; an empty path if
/// there is none.
inline std::filesystem::path find_idx(const std::filesystem::path& folder, const std::string& name) {
    std::string dotted = name;
    dotted[name.find("-idx")] = '.';
    for (const std::string& spelling : {name, dotted, name + ".gz", dotted + ".gz"}) {
        if (is_there(folder / spelling)) {
            return folder / spelling;
        }
    }
    return {};
}

inline void require_28x28(const LabelledImages& images, const std::filesystem::path& path) {
    if (images.height != 28 || images.width != 28) {
        const std::uint64_t offset = images.height != 28 ? 8 : 12;
        fail<FileError>(io::FileFault::mismatch, path, offset, "size of an image",
                        std::to_string(images.height) + " x " + std::to_string(images.width), "28 x 28");
    }
}

}  // namespace detail

/// Reads Fashion-MNIST. Images are float x/255, [n, 28, 28, 1]; labels are [n]. The four files may be plain
/// or compressed by gzip, and spelt `train-images-idx3-ubyte` or `train-images.idx3-ubyte`. If `directory` is
/// given, only it is searched; otherwise $ALRAO_DATA, then $XDG_CACHE_HOME/alrao (or ~/.cache/alrao), then
/// /usr/share/datasets/fashion-mnist, where Debian's package dataset-fashion-mnist installs the files. In all
/// but the last, the files are looked for directly and in the subfolders `fashion-mnist` and
/// `FashionMNIST/raw` (torchvision's). Nothing is downloaded.
/// @throws FileError if there are no such files (the message lists all folders searched), or one of them is
/// invalid
[[nodiscard]] inline FashionMnist fashion_mnist(const std::filesystem::path& directory = {}) {
    constexpr std::array<std::string_view, 2> subfolders{"fashion-mnist", "FashionMNIST/raw"};
    const auto folders = search_folders(directory, subfolders, "/usr/share/datasets/fashion-mnist");
    const FileSet set{{"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                       "t10k-labels-idx1-ubyte"},
                      " (plain or .gz, '-idx' or '.idx')",
                      "Fashion-MNIST: 'apt-get install dataset-fashion-mnist', or set ALRAO_DATA to "
                      "its folder"};
    const FoundFiles found = find_files(folders, set, detail::find_idx);
    FashionMnist result{read_labelled_images(found.paths[0], found.paths[1], 10),
                        read_labelled_images(found.paths[2], found.paths[3], 10), found.folder};
    detail::require_28x28(result.train, found.paths[0]);
    detail::require_28x28(result.test, found.paths[2]);
    return result;
}

}  // namespace alrao::data

#pragma GCC diagnostic pop
