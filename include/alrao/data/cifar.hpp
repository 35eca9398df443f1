#pragma once

#include <alrao/data/detail/cifar_records.hpp>
#include <alrao/data/folders.hpp>
#include <alrao/data/labelled_images.hpp>
#include <alrao/io/detail/byte_source.hpp>
#include <alrao/io/file_error.hpp>
#include <alrao/train/dataset.hpp>
#include <alrao/train/split.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
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

/// The classes of CIFAR-10 by label (A. Krizhevsky, "Learning multiple layers of features from tiny
/// images", 2009).
inline constexpr std::array<std::string_view, 10> cifar10_classes{
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};

/// Mean and standard deviation of red, green and blue over CIFAR-10's training images, as the Alrao
/// paper and most others round them: for `normalize_by`.
inline constexpr std::array<double, 3> cifar10_mean{0.4914, 0.4822, 0.4465};
inline constexpr std::array<double, 3> cifar10_deviation{0.2023, 0.1994, 0.2010};

/// CIFAR-10 or CIFAR-100: 50,000 training and 10,000 test images, 32 x 32 x 3.
struct Cifar {
    LabelledImages train;
    LabelledImages test;
    std::filesystem::path folder;    ///< where the files were found
    std::vector<std::string> notes;  ///< what is unusual about them, though they can be read
};

namespace detail {

/// A file that was read, to be known again.
struct CifarFile {
    std::filesystem::path path;
    std::uint32_t sum;
};

/// Files that follow each other, as one set of images. The size of each is looked at before memory
/// is taken for all; `seen`: what was read before, of other sets, too.
inline LabelledImages read_cifar_files(std::span<const std::filesystem::path> paths,
                                       const CifarLayout& layout, std::vector<CifarFile>& seen,
                                       std::vector<std::string>& notes) {
    LabelledImages images = no_cifar_images(layout);
    std::size_t records = 0;
    for (const std::filesystem::path& path : paths) {
        const io::InputFile file(path);
        const std::size_t count = CifarReader(file, layout).records();
        records += count;
        if (count != layout.records) {
            notes.push_back(io::printable(path.native()) + ": " + std::to_string(count) +
                            " records; as published it has " + std::to_string(layout.records));
        }
    }
    images.images.reserve(records * images.pixels());
    images.labels.reserve(records);
    for (const std::filesystem::path& path : paths) {
        const io::InputFile file(path);
        const std::uint32_t sum = CifarReader(file, layout).append_to(images);
        const auto same =
            std::find_if(seen.begin(), seen.end(), [&](const CifarFile& one) { return one.sum == sum; });
        if (same != seen.end())
            notes.push_back(io::printable(path.native()) + ": the same content as " +
                            io::printable(same->path.native()));
        seen.push_back({path, sum});
    }
    return images;
}

/// A path that somebody gave: an archive in place of the folder that it unpacks to is refused.
inline void require_folder(const std::filesystem::path& directory) {
    std::error_code problem;
    if (std::filesystem::is_regular_file(directory, problem)) {
        fail<FileError>(io::FileFault::access, directory, FileError::whole_file, "kind of file",
                        "a regular file", "the folder of the data set: unpack the archive first");
    }
}

/// One of the data sets, as published.
struct CifarSet {
    CifarLabel label;
    std::size_t train_records;                // of a file
    std::string_view subfolder;               // what its archive unpacks to
    std::array<std::string_view, 2> pickled;  // where its Python version would be
    FileSet files;  // the last is the test set, the others, in order, the training set
};

inline Cifar read_cifar(const std::filesystem::path& directory, CifarSet set) {
    require_folder(directory);
    const auto folders = search_folders(directory, std::array{set.subfolder}, "");
    for (const std::filesystem::path& folder : folders) {
        for (const std::string_view pickled : set.pickled) {
            std::error_code problem;
            if (std::filesystem::is_regular_file(folder / pickled, problem)) {
                set.files.advice +=
                    "; " + (folder / pickled).native() + " is of the Python version, which is never opened";
            }
        }
    }
    const FoundFiles found = find_files(folders, set.files);
    const std::span paths(found.paths);
    Cifar result{.train = {}, .test = {}, .folder = found.folder, .notes = {}};
    std::vector<CifarFile> seen;
    result.train = read_cifar_files(paths.first(paths.size() - 1), cifar_layout(set.label, set.train_records),
                                    seen, result.notes);
    result.test = read_cifar_files(paths.last(1), cifar_layout(set.label, 10'000), seen, result.notes);
    return result;
}

}  // namespace detail

/// Reads CIFAR-10 as float x/255, images [n, 32, 32, 3] and labels [n], from data_batch_1.bin to
/// data_batch_5.bin and test_batch.bin. They are looked for in `directory` if one is given; else in
/// $ALRAO_DATA and $XDG_CACHE_HOME/alrao (or ~/.cache/alrao); in each plainly and in its subfolder
/// `cifar-10-batches-bin`, to which the publisher's archive unpacks. Nothing is downloaded. Raises
/// `FileError`; if there is no such folder, it names every path tried. Another number of records
/// than 10,000 a file is read and noted, as is a file that comes twice, in training or in the test.
[[nodiscard]] inline Cifar cifar10(const std::filesystem::path& directory = {}) {
    return detail::read_cifar(
        directory, {CifarLabel::cifar10,
                    10'000,
                    "cifar-10-batches-bin",
                    {"data_batch_1", "cifar-10-batches-py/data_batch_1"},
                    {{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
                      "data_batch_5.bin", "test_batch.bin"},
                     "",
                     "CIFAR-10: unpack its cifar-10-binary.tar.gz, set ALRAO_DATA to that folder"}});
}

/// Reads CIFAR-100 likewise, from train.bin and test.bin (subfolder `cifar-100-binary`), with its
/// 100 fine labels or its 20 coarse ones.
[[nodiscard]] inline Cifar cifar100(const std::filesystem::path& directory = {},
                                    CifarLabel label = CifarLabel::cifar100_fine) {
    if (label == CifarLabel::cifar10) {
        fail("alrao: cifar100: its labels are CifarLabel::cifar100_fine or cifar100_coarse");
    }
    return detail::read_cifar(
        directory, {label,
                    50'000,
                    "cifar-100-binary",
                    {"train", "cifar-100-python/train"},
                    {{"train.bin", "test.bin"},
                     "",
                     "CIFAR-100: unpack its cifar-100-binary.tar.gz, set ALRAO_DATA to that folder"}});
}

/// The Alrao paper's use of the training images (arXiv 1810.01322, section 4): the first 40,000 to
/// learn from, the last 10,000 to validate, in order. Of another number of images, the same shares.
/// They are views of `cifar`, which has to outlive them.
[[nodiscard]] inline Split<float> paper_split(const Cifar& cifar) {
    return split_at(Dataset(cifar.train), cifar.train.count - cifar.train.count / 5);
}
Split<float> paper_split(const Cifar&& cifar) = delete;

}  // namespace alrao::data

#pragma GCC diagnostic pop
