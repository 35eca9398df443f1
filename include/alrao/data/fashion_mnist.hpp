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
#include <system_error>

namespace alrao::data {

/// Fashion-MNIST: 60,000 training and 10,000 test images, 28 x 28 x 1, ten classes.
struct FashionMnist {
    LabelledImages train;
    LabelledImages test;
    std::filesystem::path folder;  ///< where the files were found
};

/// The classes of Fashion-MNIST by label (Xiao, Rasul and Vollgraf, arXiv 1708.07747, table 2).
inline constexpr std::array<std::string_view, 10> fashion_mnist_classes{
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
    "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};

namespace detail {

/// The four files of MNIST and its likes in one folder.
struct MnistFiles {
    std::filesystem::path train_images, train_labels, test_images, test_labels;
};

/// The file `stem`-`kind` of a folder in one of its spellings; empty where there is none.
inline std::filesystem::path find_idx(const std::filesystem::path& folder, const std::string& stem,
                                      const std::string& kind) {
    for (const std::string& name : {stem + "-" + kind, stem + "." + kind, stem + "-" + kind + ".gz",
                                    stem + "." + kind + ".gz"}) {
        std::error_code error;
        if (std::filesystem::exists(folder / name, error) || error) {
            return folder /
                   name;  // what exists but cannot be looked at is reported when it is opened
        }
    }
    return {};
}

inline MnistFiles find_mnist(const std::filesystem::path& folder) {
    return {find_idx(folder, "train-images", "idx3-ubyte"),
            find_idx(folder, "train-labels", "idx1-ubyte"),
            find_idx(folder, "t10k-images", "idx3-ubyte"),
            find_idx(folder, "t10k-labels", "idx1-ubyte")};
}

/// Whether the folder has the files. Some of them without the rest is an error: reading on
/// elsewhere would hide it.
inline bool is_complete(const MnistFiles& files, const std::filesystem::path& folder) {
    std::string missing;
    std::size_t found = 0;
    const auto look = [&](const std::filesystem::path& file, const std::string& name) {
        if (file.empty()) {
            missing += (missing.empty() ? "" : ", ") + name;
        } else {
            ++found;
        }
    };
    look(files.train_images, "train-images-idx3-ubyte");
    look(files.train_labels, "train-labels-idx1-ubyte");
    look(files.test_images, "t10k-images-idx3-ubyte");
    look(files.test_labels, "t10k-labels-idx1-ubyte");
    if (found != 0 && !missing.empty()) {
        fail<FileError>(io::FileFault::mismatch, folder, FileError::whole_file, "files",
                        "no " + missing,
                        "all four files of the data set (plain or .gz, '-idx' or '.idx')");
    }
    return found != 0;
}

inline void require_28x28(const LabelledImages& images, const std::filesystem::path& path) {
    if (images.height != 28 || images.width != 28) {
        const std::uint64_t offset = images.height != 28 ? 8 : 12;
        fail<FileError>(io::FileFault::mismatch, path, offset, "size of an image",
                        std::to_string(images.height) + " x " + std::to_string(images.width),
                        "28 x 28");
    }
}

}  // namespace detail

/// Reads Fashion-MNIST as float x/255, images [n, 28, 28, 1] and labels [n].
/// The four files may be plain or gzip-compressed and spelt `train-images-idx3-ubyte` or
/// `train-images.idx3-ubyte`. They are looked for in `directory` if one is given; else in
/// $ALRAO_DATA, $XDG_CACHE_HOME/alrao (or
/// ~/.cache/alrao) and /usr/share/datasets/fashion-mnist, where Debian's dataset-fashion-mnist puts
/// them. Each but the last is tried plainly and with the subfolders `fashion-mnist` and
/// `FashionMNIST/raw` (torchvision's). Nothing is downloaded. Raises `FileError`; if there is no
/// such folder, it names every path tried.
[[nodiscard]] inline FashionMnist fashion_mnist(const std::filesystem::path& directory = {}) {
    constexpr std::array<std::string_view, 2> subfolders{"fashion-mnist", "FashionMNIST/raw"};
    const auto folders = search_folders(directory, subfolders, "/usr/share/datasets/fashion-mnist");
    std::string tried;
    for (const std::filesystem::path& folder : folders) {
        const detail::MnistFiles files = detail::find_mnist(folder);
        if (detail::is_complete(files, folder)) {
            FashionMnist result{read_labelled_images(files.train_images, files.train_labels, 10),
                                read_labelled_images(files.test_images, files.test_labels, 10),
                                folder};
            detail::require_28x28(result.train, files.train_images);
            detail::require_28x28(result.test, files.test_images);
            return result;
        }
        tried += (tried.empty() ? "" : ", ") + folder.native();
    }
    fail<FileError>(
        io::FileFault::access, folders.front(), FileError::whole_file, "train-images-idx3-ubyte",
        "no such file (plain or .gz, '-idx' or '.idx') in any of: " + tried,
        "Fashion-MNIST: 'apt-get install dataset-fashion-mnist', or set ALRAO_DATA to its folder");
}

}  // namespace alrao::data
