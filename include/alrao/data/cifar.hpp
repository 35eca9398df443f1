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

/// Names of the classes of CIFAR-10, indexed by label (A. Krizhevsky, "Learning multiple layers of features
/// from tiny images", 2009).
inline constexpr std::array<std::string_view, 10> cifar10_classes{
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};

/// Means of red, green and blue over the training images of CIFAR-10, rounded as in the Alrao paper (arXiv
/// 1810.01322). Pass them to `normalize_by`, with `cifar10_deviation`.
inline constexpr std::array<double, 3> cifar10_mean{0.4914, 0.4822, 0.4465};
/// Deviations of red, green and blue that are commonly used with these means: about the standard deviation
/// within an image, averaged over the training images. Over all pixels they are larger, about 0.25.
inline constexpr std::array<double, 3> cifar10_deviation{0.2023, 0.1994, 0.2010};

/// CIFAR-10 or CIFAR-100: 50,000 training and 10,000 test images of 32 x 32 x 3.
struct Cifar {
    LabelledImages train;
    LabelledImages test;
    std::filesystem::path folder;    ///< where the files were found
    std::vector<std::string> notes;  ///< warnings: an unusual number of records, a file that appears twice
};

namespace detail {

/// A file that was read, with the CRC-32 of its bytes, to detect duplicates.
struct CifarFile {
    std::filesystem::path path;
    std::uint32_t sum;
};

/// Reads several files as one set of images. The sizes of all files are checked before memory is allocated.
/// `seen` lists the files read so far, also those of other sets; the new files are added to it, warnings to
/// `notes`.
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
                            " records; the published file has " + std::to_string(layout.records));
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

/// Refuses the path of a regular file, such as the archive of the data set, in place of its folder.
inline void require_folder(const std::filesystem::path& directory) {
    std::error_code problem;
    if (std::filesystem::is_regular_file(directory, problem)) {
        fail<FileError>(io::FileFault::access, directory, FileError::whole_file, "kind of file",
                        "a regular file", "the folder of the data set: unpack the archive first");
    }
}

/// Files of a data set, as published.
struct CifarSet {
    CifarLabel label;
    std::size_t train_records;                // of each training file
    std::string_view subfolder;               // folder in the published archive
    std::array<std::string_view, 2> pickled;  // files of the Python version
    FileSet files;                            // the training files in order, then the test file
};

/// Finds and reads the files of `set`, see `cifar10`.
inline Cifar read_cifar(const std::filesystem::path& directory, CifarSet set) {
    require_folder(directory);
    const auto folders = search_folders(directory, std::array{set.subfolder}, "");
    for (const std::filesystem::path& folder : folders) {
        for (const std::string_view pickled : set.pickled) {
            std::error_code problem;
            if (std::filesystem::is_regular_file(folder / pickled, problem)) {
                set.files.advice += "; " + (folder / pickled).native() +
                                    " is a file of the Python version, which cannot be read";
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

/// Reads CIFAR-10 from data_batch_1.bin to data_batch_5.bin and test_batch.bin. Images are float x/255, [n,
/// 32, 32, 3]; labels are [n]. If `directory` is given, only it is searched; otherwise $ALRAO_DATA, then
/// $XDG_CACHE_HOME/alrao (or ~/.cache/alrao). In each of them, the files are looked for directly and in the
/// subfolder `cifar-10-batches-bin`, which the published archive contains. Nothing is downloaded. If a file
/// does not have 10,000 records, or has the same content as another one, it is read and `notes` contains a
/// warning.
/// @throws FileError if there are no such files (the message lists all folders searched), or one of them is
/// invalid
[[nodiscard]] inline Cifar cifar10(const std::filesystem::path& directory = {}) {
    return detail::read_cifar(
        directory,
        {CifarLabel::cifar10,
         10'000,
         "cifar-10-batches-bin",
         {"data_batch_1", "cifar-10-batches-py/data_batch_1"},
         {{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin",
           "test_batch.bin"},
          "",
          "CIFAR-10: unpack cifar-10-binary.tar.gz, and set ALRAO_DATA to the folder that contains the "
          "unpacked files"}});
}

/// Reads CIFAR-100, like `cifar10`, from train.bin and test.bin (subfolder `cifar-100-binary`), with its 100
/// fine or its 20 coarse labels.
/// @throws FileError as `cifar10`
/// @throws ArgumentError if `label` is CifarLabel::cifar10
[[nodiscard]] inline Cifar cifar100(const std::filesystem::path& directory = {},
                                    CifarLabel label = CifarLabel::cifar100_fine) {
    if (label == CifarLabel::cifar10) {
        fail("alrao: cifar100: the labels must be CifarLabel::cifar100_fine or cifar100_coarse");
    }
    return detail::read_cifar(
        directory,
        {label,
         50'000,
         "cifar-100-binary",
         {"train", "cifar-100-python/train"},
         {{"train.bin", "test.bin"},
          "",
          "CIFAR-100: unpack cifar-100-binary.tar.gz, and set ALRAO_DATA to the folder that contains the "
          "unpacked files"}});
}

/// Splits the training images as the Alrao paper does (arXiv 1810.01322, section 4): the first 40,000 for
/// training, the last 10,000 for validation, in order. With another number of images, 4/5 and 1/5 of them.
/// The parts are views of `cifar`, which must outlive them.
[[nodiscard]] inline Split<float> paper_split(const Cifar& cifar) {
    return split_at(Dataset(cifar.train), cifar.train.count - cifar.train.count / 5);
}
Split<float> paper_split(const Cifar&& cifar) = delete;  // a temporary would not outlive the parts

}  // namespace alrao::data

#pragma GCC diagnostic pop
