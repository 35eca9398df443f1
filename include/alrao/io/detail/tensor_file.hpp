#pragma once

#include <alrao/io/atomic_file.hpp>
#include <alrao/io/crc32.hpp>
#include <alrao/io/detail/byte_source.hpp>
#include <alrao/io/detail/checksums.hpp>
#include <alrao/io/detail/safetensors_header.hpp>
#include <alrao/io/file_error.hpp>
#include <alrao/io/tensor.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao::io {

static_assert(std::endian::native == std::endian::little,
              "alrao: tensor files are little-endian, but this machine is not");

/// Named tensors and text, read from or written to a safetensors file (github.com/huggingface/safetensors).
/// Such a file consists of eight bytes with the length N of the header, N bytes of JSON, and the bytes of the
/// tensors without gaps.
///
/// Reading is strict. Duplicate names, gaps, overlaps, bytes that belong to no tensor, and numbers with a
/// sign or a decimal point are refused by a `FileError` before memory for the data is allocated. Reading
/// needs at most the size of the file + 16 times the size of the header + 1 MiB of memory.
///
/// The bytes that are written depend only on the content, so reading and writing a file of this class
/// reproduces its bytes. Tensors are ordered by the size of their elements, largest first, then by name.
/// Spaces after the JSON text make the data begin at a multiple of 64 bytes. Each tensor is therefore aligned
/// to the size of its elements.
///
/// Two entries of `__metadata__` hold checksums, which other readers ignore: `alrao.crc32.tensors` (CRC-32 of
/// the bytes of each tensor, in their order) and `alrao.crc32.header` (CRC-32 of length and header, in which
/// the digits of this entry count as zeros). They detect every change of a single bit. A file with neither
/// entry is read without this check; in a file with one of them, both must exist and be correct.
class TensorFile {
public:
    /// Text entries of `__metadata__` by key, without the checksums. Keys must not begin with "alrao.crc32.".
    std::map<std::string, std::string, std::less<>> metadata;

    TensorFile() = default;
    TensorFile(TensorFile&&) noexcept = default;
    TensorFile& operator=(TensorFile&&) noexcept = default;

    /// Adds a tensor and copies its bytes.
    /// @throws ArgumentError if the name exists or is invalid (see `name_problem`), there are more than 8
    /// extents, or the number of bytes does not match the extents
    void add(std::string name, DType dtype, std::vector<std::size_t> extents,
             std::span<const std::byte> bytes) {
        const auto place = position(name);
        const bool taken = place != tensors_.end() && place->name == name;
        const std::string_view problem = taken ? "a name that does not exist yet" : name_problem(name);
        if (!problem.empty()) {
            fail<ArgumentError>("alrao: tensor name '" + printable(name) + "': expected " +
                                std::string(problem));
        }
        const auto needed = tensor_bytes(dtype, extents);
        if (extents.size() > tensor_max_rank || needed != bytes.size()) {
            const bool many = extents.size() > tensor_max_rank;
            fail<ArgumentError>("alrao: tensor '" + name + "' of shape " + shown(extents) + " and type " +
                                std::string(name_of(dtype)) + ": got " +
                                (many ? std::to_string(extents.size()) + " extents, expected at most " +
                                            std::to_string(tensor_max_rank)
                                      : std::to_string(bytes.size()) + " bytes, expected " +
                                            (needed ? std::to_string(*needed) : "a number below 2^64")));
        }
        storage_.push_back(std::make_unique<std::byte[]>(bytes.size()));
        std::copy(bytes.begin(), bytes.end(), storage_.back().get());
        const std::span<const std::byte> kept(storage_.back().get(), bytes.size());
        tensors_.insert(place, Tensor{std::move(name), dtype, std::move(extents), kept});
    }

    /// Adds a tensor with elements of type float, double, std::int64_t, std::uint64_t, std::int32_t or
    /// std::uint8_t, row-major.
    /// @throws ArgumentError as above
    template <class T>
    void add(std::string name, std::vector<std::size_t> extents, std::span<const T> values) {
        add(std::move(name), dtype_of<T>, std::move(extents), std::as_bytes(values));
    }

    /// All tensors, sorted by name.
    [[nodiscard]] std::span<const Tensor> tensors() const noexcept { return tensors_; }

    /// Returns the tensor with this name, or a null pointer if there is none. The pointer is valid until the
    /// next call of `add`.
    [[nodiscard]] const Tensor* find(std::string_view name) const {
        const auto place = position(name);
        return place != tensors_.end() && place->name == name ? &*place : nullptr;
    }

    /// Whether the file that was read has checksums. `read` has compared them with the content.
    [[nodiscard]] bool has_checksums() const noexcept { return has_checksums_; }

    /// Returns the bytes of the file.
    /// @throws ArgumentError if `metadata` has a key of more than 512 bytes or with the prefix
    /// "alrao.crc32.", text that is not UTF-8, or more than 4094 entries
    [[nodiscard]] std::vector<std::byte> to_bytes() const {
        std::vector<std::byte> bytes;
        write_parts(
            [&](std::span<const std::byte> part) { bytes.insert(bytes.end(), part.begin(), part.end()); });
        return bytes;
    }

    /// Writes the file atomically and forces it to disk, see `BasicAtomicFile`.
    /// @throws FileError if the file cannot be written
    /// @throws ArgumentError as `to_bytes`
    void write(const std::filesystem::path& path) const {
        AtomicFile file(path);
        write_parts([&](std::span<const std::byte> part) { file.write(part); });
        file.commit();
    }

    /// Reads a file.
    /// @throws FileError if it cannot be read, is malformed, exceeds a limit, or has wrong checksums
    [[nodiscard]] static TensorFile read(const std::filesystem::path& path, const ReadLimits& limits = {}) {
        return read_from(InputFile(path), limits);
    }

    /// Reads a file from memory, whose bytes are copied.
    /// @throws FileError as above
    [[nodiscard]] static TensorFile read(std::span<const std::byte> bytes, const ReadLimits& limits = {}) {
        return read_from(InputBytes(bytes), limits);
    }

private:
    template <class Source>
    static TensorFile read_from(const Source& source, const ReadLimits& limits) {
        const std::uint64_t header_bytes = read_length(source, limits);
        std::string text(static_cast<std::size_t>(header_bytes), ' ');
        source.read(8, std::as_writable_bytes(std::span(text)));
        const std::uint64_t data_bytes = source.size() - 8 - header_bytes;
        detail::Header header = detail::parse_header(text, source.path(), data_bytes, limits);

        TensorFile file;
        file.storage_.push_back(std::make_unique<std::byte[]>(static_cast<std::size_t>(data_bytes)));
        const std::span<std::byte> data(file.storage_.back().get(), static_cast<std::size_t>(data_bytes));
        source.read(8 + header_bytes, data);
        source.require_unchanged();
        file.tensors_.reserve(header.entries.size());
        for (detail::HeaderEntry& entry : header.entries) {
            entry.tensor.bytes = data.subspan(static_cast<std::size_t>(entry.begin),
                                              static_cast<std::size_t>(entry.end - entry.begin));
            file.tensors_.push_back(std::move(entry.tensor));
        }
        file.has_checksums_ = detail::verify_checksums(source.path(), text, header, file.tensors_);
        std::sort(file.tensors_.begin(), file.tensors_.end(),
                  [](const Tensor& a, const Tensor& b) { return a.name < b.name; });
        file.metadata = std::move(header.metadata);
        return file;
    }

    template <class Source>
    static std::uint64_t read_length(const Source& source, const ReadLimits& limits) {
        if (source.size() < 8) {
            fail<FileError>(FileFault::truncated, source.path(), source.size(), "length of the header",
                            std::to_string(source.size()) + " bytes", "8 bytes");
        }
        std::array<std::byte, 8> bytes{};
        source.read(0, bytes);
        const auto length = std::bit_cast<std::uint64_t>(bytes);
        const bool fits = length <= source.size() - 8;
        if (length < 2 || length > limits.header_bytes || !fits) {
            const FileFault fault = length < 2 ? FileFault::malformed
                                    : !fits    ? FileFault::truncated
                                               : FileFault::limit;
            const std::uint64_t most = std::min<std::uint64_t>(limits.header_bytes, source.size() - 8);
            fail<FileError>(fault, source.path(), std::uint64_t{0}, "length of the header",
                            std::to_string(length), "2 to " + std::to_string(most));
        }
        return length;
    }

    /// Calls `write(bytes)` with the length, the header and each tensor, in the order of the file.
    template <class Write>
    void write_parts(Write write) const {
        std::vector<const Tensor*> order;
        order.reserve(tensors_.size());
        for (const Tensor& tensor : tensors_) {
            order.push_back(&tensor);
        }
        std::stable_sort(order.begin(), order.end(), [](const Tensor* a, const Tensor* b) {
            return size_of(a->dtype) > size_of(b->dtype);
        });
        const std::string text = header_text(order);
        const auto length = std::bit_cast<std::array<std::byte, 8>>(std::uint64_t{text.size()});
        write(std::span<const std::byte>(length));
        write(std::as_bytes(std::span(text)));
        for (const Tensor* tensor : order) {
            write(tensor->bytes);
        }
    }

    [[nodiscard]] std::string header_text(std::span<const Tensor* const> order) const {
        std::string sums;
        for (const Tensor* tensor : order) {
            sums += detail::hex(crc32(tensor->bytes));
        }
        std::string text = "{\"__metadata__\":{\"" + std::string(detail::header_checksum_key) + "\":\"";
        const std::size_t digits = text.size();
        text += "00000000\",\"" + std::string(detail::tensors_checksum_key) + "\":\"" + sums + '"';
        for (const auto& [key, value] : metadata) {
            const bool fits =
                key.size() <= tensor_max_name && metadata.size() + 2 <= ReadLimits{}.metadata_entries;
            if (key.starts_with(detail::checksum_prefix) || !is_utf8(key) || !is_utf8(value) || !fits) {
                fail<ArgumentError>(
                    "alrao: metadata '" + printable(key) +
                    "': expected at most 4094 entries in UTF-8, with keys of at most 512 bytes "
                    "that do not start with '" +
                    std::string(detail::checksum_prefix) + "'");
            }
            text += ',' + quoted(key) + ':' + quoted(value);
        }
        text += '}';
        std::uint64_t begin = 0;
        for (const Tensor* tensor : order) {
            const std::uint64_t end = begin + tensor->bytes.size();
            text += ',' + quoted(tensor->name) + ":{\"dtype\":\"" + std::string(name_of(tensor->dtype)) +
                    "\",\"shape\":[";
            for (std::size_t axis = 0; axis < tensor->extents.size(); ++axis) {
                text += (axis == 0 ? "" : ",") + std::to_string(tensor->extents[axis]);
            }
            text += "],\"data_offsets\":[" + std::to_string(begin) + ',' + std::to_string(end) + "]}";
            begin = end;
        }
        text += '}';
        text.append((64 - (8 + text.size()) % 64) % 64, ' ');
        text.replace(digits, 8, detail::hex(detail::header_checksum(text, digits)));
        return text;
    }

    static std::string quoted(const std::string& text) { return nlohmann::json(text).dump(); }

    [[nodiscard]] std::vector<Tensor>::const_iterator position(std::string_view name) const {
        return std::lower_bound(
            tensors_.begin(), tensors_.end(), name,
            [](const Tensor& tensor, std::string_view text) { return tensor.name < text; });
    }

    std::vector<Tensor> tensors_;                        // sorted by name
    std::vector<std::unique_ptr<std::byte[]>> storage_;  // the memory that their `bytes` refer to
    bool has_checksums_ = false;
};

}  // namespace alrao::io

#pragma GCC diagnostic pop
