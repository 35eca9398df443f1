#pragma once

#include <alrao/data/labelled_images.hpp>
#include <alrao/io/crc32.hpp>
#include <alrao/io/file_error.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao::data {

/// The label to read: that of CIFAR-10, or one of the two of CIFAR-100 (20 coarse or 100 fine classes).
enum class CifarLabel : unsigned char { cifar10, cifar100_coarse, cifar100_fine };

namespace detail {

/// A label byte of a record: its name and number of classes.
struct CifarLabelByte {
    std::string_view field;
    std::size_t classes;
};

/// The format of the records of a CIFAR file: label bytes, then 1,024 red, 1,024 green and 1,024 blue bytes.
struct CifarLayout {
    std::span<const CifarLabelByte> labels;
    std::size_t chosen;   // index of the label to read
    std::size_t records;  // number of records of the published file; 0: not known

    static constexpr std::size_t side = 32, pixels = side * side, channels = 3;
    constexpr std::size_t record() const { return labels.size() + channels * pixels; }
};

inline constexpr std::array<CifarLabelByte, 1> cifar10_labels{{{"label", 10}}};
inline constexpr std::array<CifarLabelByte, 2> cifar100_labels{{{"coarse label", 20}, {"fine label", 100}}};

constexpr CifarLayout cifar_layout(CifarLabel label, std::size_t records) {
    if (label == CifarLabel::cifar10) {
        return {cifar10_labels, 0, records};
    }
    return {cifar100_labels, label == CifarLabel::cifar100_fine ? 1U : 0U, records};
}

/// Recognizes a gzip file, a tar archive and a Python pickle by their first bytes. Returns a description with
/// advice for the error message, or an empty string for other files.
template <class Source>
std::string_view cifar_mistaken_for(const Source& source) {
    std::array<std::byte, 263> head{};
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(head.size(), source.size()));
    source.read(0, std::span(head).first(size));
    const auto* text = reinterpret_cast<const char*>(head.data());
    const std::string_view bytes(text, size);
    if (bytes.starts_with("\x1F\x8B")) {
        return "a gzip file: unpack the archive first (tar -xzf)";
    }
    if (bytes.size() > 257 && bytes.substr(257).starts_with("ustar")) {
        return "a tar archive: unpack it first (tar -xf)";
    }
    if (bytes.starts_with("\x80")) {
        return "a Python pickle, which cannot be read: download the binary version of the data set";
    }
    return "";
}

/// Reads the records of a CIFAR file.
template <class Source>
class CifarReader {
public:
    CifarReader(const Source& source, const CifarLayout& layout) : source_(&source), layout_(layout) {}

    /// Returns the number of records, according to the size of the file.
    /// @throws FileError if the file is empty, too large, of another format, or ends within a record
    [[nodiscard]] std::size_t records() const {
        constexpr std::uint64_t most = std::uint64_t{1} << 30;  // the published files have 30 or 154 MB
        const std::uint64_t size = source_->size(), record = layout_.record();
        const std::string_view hint = cifar_mistaken_for(*source_);
        if (!hint.empty()) {
            refuse(io::FileFault::mismatch, 0, "format", hint, "records of CIFAR");
        }
        if (size == 0) {
            refuse(io::FileFault::truncated, 0, "size", "0 bytes",
                   "at least one record of " + std::to_string(record) + " bytes");
        }
        if (size % record != 0) {
            refuse_incomplete_record();
        }
        if (size > most) {
            refuse(io::FileFault::limit, FileError::whole_file, "size", std::to_string(size) + " bytes",
                   "at most " + std::to_string(most) + " bytes");
        }
        return static_cast<std::size_t>(size / record);
    }

    /// Reads all records and appends them to `images`. Returns the CRC-32 of the file.
    /// @throws FileError if the file cannot be read, or a label is out of range
    std::uint32_t append_to(LabelledImages& images) {
        const std::size_t count = records(), first = images.count;
        images.images.resize((first + count) * images.pixels());
        images.labels.resize(first + count);
        images.count += count;
        std::array<std::byte, 3074> storage{};
        const auto record = std::span(storage).first(layout_.record());
        std::uint32_t sum = 0;
        for (std::size_t i = 0; i < count; ++i) {
            source_->read(std::uint64_t{i} * record.size(), record);
            sum = io::crc32(record, sum);
            images.labels[first + i] = label_of(record, i);
            to_channels_last(record.subspan(layout_.labels.size()),
                             images.images.data() + (first + i) * images.pixels());
        }
        source_->require_unchanged();
        return sum;
    }

private:
    /// Reports a file that ends within a record, with a hint at the probable cause.
    [[noreturn]] void refuse_incomplete_record() const {
        const std::uint64_t size = source_->size(), record = layout_.record();
        std::vector<std::byte> rest(static_cast<std::size_t>(size % record));
        source_->read(size - rest.size(), rest);
        std::string hint;
        if (size % (record == 3073 ? 3074 : 3073) == 0) {
            hint = record == 3073 ? " (this is a file of CIFAR-100?)" : " (this is a file of CIFAR-10?)";
        } else if (size > record && std::count(rest.begin(), rest.end(), std::byte{0}) ==
                                        static_cast<std::ptrdiff_t>(rest.size())) {
            hint = " (these are zero bytes; if they are padding: truncate -s " +
                   std::to_string(size - rest.size()) + ")";
        }
        refuse(io::FileFault::truncated, size - rest.size(), "record " + std::to_string(size / record),
               std::to_string(rest.size()) + " bytes", std::to_string(record) + " bytes" + hint);
    }

    /// Returns the label to read. All labels of the record must be in range.
    std::int32_t label_of(std::span<const std::byte> record, std::size_t index) const {
        for (std::size_t l = 0; l < layout_.labels.size(); ++l) {
            const CifarLabelByte& label = layout_.labels[l];
            const auto value = std::to_integer<std::size_t>(record[l]);
            if (value >= label.classes) {
                refuse(io::FileFault::malformed, std::uint64_t{index} * record.size() + l,
                       std::string(label.field) + " of record " + std::to_string(index),
                       std::to_string(value), "0 to " + std::to_string(label.classes - 1));
            }
        }
        return std::to_integer<std::int32_t>(record[layout_.chosen]);
    }

    static void to_channels_last(std::span<const std::byte> planes, float* pixels) {
        for (std::size_t c = 0; c < CifarLayout::channels; ++c) {
            for (std::size_t p = 0; p < CifarLayout::pixels; ++p) {
                pixels[p * CifarLayout::channels + c] =
                    static_cast<float>(std::to_integer<int>(planes[c * CifarLayout::pixels + p])) / 255.0F;
            }
        }
    }

    [[noreturn]] void refuse(io::FileFault fault, std::uint64_t offset, std::string_view field,
                             std::string_view got, std::string_view expected) const {
        fail<FileError>(fault, source_->path(), offset, field, got, expected);
    }

    const Source* source_;
    CifarLayout layout_;
};

/// An empty set of images of this format.
inline LabelledImages no_cifar_images(const CifarLayout& layout) {
    return {.images = {},
            .labels = {},
            .count = 0,
            .height = CifarLayout::side,
            .width = CifarLayout::side,
            .channels = CifarLayout::channels,
            .classes = layout.labels[layout.chosen].classes};
}

}  // namespace detail

/// Reads a CIFAR file of the binary version from an `io::InputFile` or `io::InputBytes`. A record consists of
/// the label bytes (CIFAR-10: one; CIFAR-100: coarse, fine), then 32 x 32 bytes each of red, green and blue,
/// row by row. The result has images [n, 32, 32, 3], with values x/255, and labels [n].
/// @throws FileError if the file is empty, larger than 1 GiB, an archive or a pickle, if its size is not a
/// whole number of records, or if a label is out of range (the message states the record and the byte)
template <class Source>
[[nodiscard]] LabelledImages read_cifar_from(const Source& source, CifarLabel label) {
    const detail::CifarLayout layout = detail::cifar_layout(label, 0);
    LabelledImages images = detail::no_cifar_images(layout);
    detail::CifarReader(source, layout).append_to(images);
    return images;
}

}  // namespace alrao::data

#pragma GCC diagnostic pop
