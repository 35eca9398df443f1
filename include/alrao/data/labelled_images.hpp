#pragma once

#include <alrao/data/idx.hpp>
#include <alrao/io/file_error.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao::data {

/// Images, each with the index of its class. `images` is [count, height, width, channels], row-major;
/// `labels` is [count], with values from 0 to classes - 1.
struct LabelledImages {
    std::vector<float> images;
    std::vector<std::int32_t> labels;
    std::size_t count = 0;
    std::size_t height = 0;
    std::size_t width = 0;
    std::size_t channels = 0;
    std::size_t classes = 0;

    /// Number of values of an image: height x width x channels.
    [[nodiscard]] std::size_t pixels() const { return height * width * channels; }
    /// Image `index`, [height, width, channels]. `index` must be less than `count`.
    [[nodiscard]] std::span<const float> image(std::size_t index) const {
        return std::span(images).subspan(index * pixels(), pixels());
    }
};

/// Reads a pair of IDX files, as MNIST has them: images of unsigned bytes [n, height, width] and labels of
/// unsigned bytes [n]. Pixels become x/255, from 0 to 1. The files may be compressed by gzip.
/// @throws FileError if a file cannot be read, the two files are exchanged, their numbers of samples differ,
/// or a label is not less than `classes`
[[nodiscard]] inline LabelledImages read_labelled_images(const std::filesystem::path& images_path,
                                                         const std::filesystem::path& labels_path,
                                                         std::size_t classes) {
    const Idx labels = read_idx(labels_path, {.type = IdxType::u8, .rank = 1});
    for (std::size_t i = 0; i < labels.bytes.size(); ++i) {
        const auto label = std::to_integer<std::size_t>(labels.bytes[i]);
        if (label >= classes) {
            fail<FileError>(io::FileFault::mismatch, labels_path, labels.offset_of(i),
                            "label " + std::to_string(i), std::to_string(label),
                            "0 to " + std::to_string(classes - 1));
        }
    }
    const Idx images = read_idx(images_path, {.type = IdxType::u8, .rank = 3});
    if (images.extents[0] != labels.extents[0]) {
        fail<FileError>(io::FileFault::mismatch, labels_path, std::uint64_t{4}, "extent 0",
                        std::to_string(labels.extents[0]) + " labels",
                        std::to_string(images.extents[0]) + ", one for each image of " +
                            io::printable(images_path.native()));
    }
    LabelledImages result{.images = std::vector<float>(images.bytes.size()),
                          .labels = std::vector<std::int32_t>(labels.bytes.size()),
                          .count = images.extents[0],
                          .height = images.extents[1],
                          .width = images.extents[2],
                          .channels = 1,
                          .classes = classes};
    for (std::size_t i = 0; i < images.bytes.size(); ++i) {
        result.images[i] = static_cast<float>(std::to_integer<int>(images.bytes[i])) / 255.0F;
    }
    for (std::size_t i = 0; i < labels.bytes.size(); ++i) {
        result.labels[i] = std::to_integer<std::int32_t>(labels.bytes[i]);
    }
    return result;
}

}  // namespace alrao::data

#pragma GCC diagnostic pop
