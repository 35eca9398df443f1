#pragma once

#include <alrao/io/detail/dtype.hpp>
#include <alrao/io/detail/header_entries.hpp>
#include <alrao/io/file_error.hpp>
#include <alrao/io/tensor.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao::io::detail {

/// Receives the events of the JSON parser and accepts only the grammar of a safetensors header:
///
///   {"__metadata__": {text: text, ...},
///    name: {"dtype": text, "shape": [n, ...], "data_offsets": [n, n]}, ...}
///
/// The result is in `header`. `taken` is the number of characters read so far, which the parser's iterator
/// sets. Offsets in errors are those of the first byte after the refused part.
/// @throws FileError if the text has another structure, or exceeds a limit
class HeaderHandler {
public:
    HeaderHandler(const std::filesystem::path& path, const ReadLimits& limits, std::uint64_t data_bytes)
        : path_(path), limits_(limits), data_bytes_(data_bytes) {}

    std::uint64_t taken = 0;
    Header header;

    bool key(std::string& text) {
        if (at_ == At::tensors) {
            begin_value(text);
        } else if (at_ == At::metadata) {
            begin_metadata(text);
        } else {
            begin_field(text);
        }
        return true;
    }

    bool string(std::string& text) {
        if (at_ == At::metadata) {
            header.metadata_place.insert_or_assign(key_, here());
            header.metadata.insert_or_assign(key_, std::move(text));
        } else if (at_ == At::dtype) {
            const auto dtype = dtype_named(text);
            if (!dtype) {
                refuse(FileFault::unsupported, here(), "dtype of " + name(), "'" + printable(text) + "'",
                       "F32, F64, I64, U64, I32, U8 or another type that occupies whole bytes");
            }
            entry_.tensor.dtype = *dtype;
            at_ = At::entry;
        } else {
            refuse_kind("text");
        }
        return true;
    }

    bool number_unsigned(std::uint64_t number) {
        const std::uint64_t place = here() - 1;  // the parser has read one character too many
        if (at_ == At::shape) {
            if (entry_.tensor.extents.size() == tensor_max_rank) {
                refuse(FileFault::limit, place, "shape of " + name(), "more extents", "at most 8");
            }
            entry_.tensor.extents.push_back(static_cast<std::size_t>(number));
        } else if (at_ == At::offsets) {
            if (offsets_ == 2) {
                refuse(FileFault::malformed, place, "data_offsets of " + name(), "a third number", "two");
            }
            (offsets_++ == 0 ? entry_.begin : entry_.end) = number;
        } else {
            refuse_kind("a number");
        }
        return true;
    }

    bool start_object(std::size_t) {
        if (at_ == At::outside) {
            at_ = At::tensors;
        } else if (at_ == At::value) {
            at_ = At::entry;
        } else if (at_ == At::metadata_value) {
            at_ = At::metadata;
        } else {
            refuse_kind("an object");
        }
        return true;
    }

    bool end_object() {
        if (at_ == At::entry) {
            end_entry();
        }
        at_ = at_ == At::tensors ? At::done : At::tensors;
        return true;
    }

    bool start_array(std::size_t) {
        if (at_ == At::shape_value) {
            at_ = At::shape;
        } else if (at_ == At::offsets_value) {
            at_ = At::offsets;
        } else {
            refuse_kind("an array");
        }
        return true;
    }

    bool end_array() {
        if (at_ == At::offsets && offsets_ != 2) {
            refuse(FileFault::malformed, here(), "data_offsets of " + name(),
                   std::to_string(offsets_) + " numbers", "two");
        }
        at_ = At::entry;
        return true;
    }

    bool null() { return refuse_kind("null"); }
    bool boolean(bool) { return refuse_kind("true or false"); }
    bool number_integer(std::int64_t) { return refuse_kind("a number with a sign"); }
    bool number_float(double, const std::string&) {
        return refuse_kind("a number out of range or with a point");
    }
    bool binary(std::vector<std::uint8_t>&) { return refuse_kind("binary"); }

    // `position` is that of the last character read, counted from 1.
    template <class Exception>
    bool parse_error(std::size_t position, const std::string& token, const Exception&) {
        refuse(FileFault::malformed, 7 + position, "header", "'" + printable(token, 40) + "'",
               "JSON in UTF-8");
    }

private:
    /// The part of the header that the parser has reached. `metadata_value`, `value`, `shape_value` and
    /// `offsets_value`: after a key, before the bracket that opens its value.
    enum class At : unsigned char {
        outside,
        tensors,
        metadata_value,
        metadata,
        value,
        entry,
        dtype,
        shape_value,
        shape,
        offsets_value,
        offsets,
        done
    };
    enum Seen : unsigned { seen_dtype = 1, seen_shape = 2, seen_offsets = 4 };

    void begin_value(std::string& text) {
        if (text == "__metadata__") {
            refuse_if(seen_metadata_, FileFault::malformed, "key", "'__metadata__' a second time", "one");
            seen_metadata_ = true;
            at_ = At::metadata_value;
            return;
        }
        const std::string_view problem = name_problem(text);
        refuse_if(!problem.empty(), FileFault::malformed, "name", "'" + printable(text) + "'", problem);
        refuse_if(header.entries.size() == limits_.tensors, FileFault::limit, "tensors", "more",
                  "at most " + std::to_string(limits_.tensors));
        entry_ = {};
        entry_.tensor.name = std::move(text);
        offsets_ = 0;
        seen_ = 0;
        at_ = At::value;
    }

    void begin_metadata(std::string& text) {
        refuse_if(text.size() > tensor_max_name, FileFault::limit, "key of __metadata__",
                  std::to_string(text.size()) + " bytes", "at most " + std::to_string(tensor_max_name));
        refuse_if(header.metadata.contains(text), FileFault::malformed, "key of __metadata__",
                  "'" + printable(text) + "' a second time", "every key once");
        refuse_if(header.metadata.size() == limits_.metadata_entries, FileFault::limit, "__metadata__",
                  "more entries", "at most " + std::to_string(limits_.metadata_entries));
        key_ = std::move(text);
    }

    void begin_field(const std::string& text) {
        constexpr std::array<std::string_view, 3> names{"dtype", "shape", "data_offsets"};
        constexpr std::array<At, 3> next{At::dtype, At::shape_value, At::offsets_value};
        const auto which =
            static_cast<std::size_t>(std::find(names.begin(), names.end(), text) - names.begin());
        refuse_if(which == names.size(), FileFault::malformed, "field of " + name(),
                  "'" + printable(text) + "'", "dtype, shape and data_offsets");
        refuse_if((seen_ & (1u << which)) != 0, FileFault::malformed, "field of " + name(),
                  "'" + text + "' a second time", "every field once");
        seen_ |= 1u << which;
        at_ = next[which];
    }

    void end_entry() {
        const std::string_view missing = (seen_ & seen_dtype) == 0     ? "dtype"
                                         : (seen_ & seen_shape) == 0   ? "shape"
                                         : (seen_ & seen_offsets) == 0 ? "data_offsets"
                                                                       : "";
        refuse_if(!missing.empty(), FileFault::malformed, "entry of " + name(), "no " + std::string(missing),
                  "dtype, shape and data_offsets");
        const auto size = tensor_bytes(entry_.tensor.dtype, entry_.tensor.extents);
        refuse_if(!size, FileFault::limit, "shape of " + name(), shown(entry_.tensor.extents),
                  "a size that fits 64 bits");
        const std::string range = std::to_string(entry_.begin) + " to " + std::to_string(entry_.end);
        refuse_if(entry_.begin > entry_.end, FileFault::malformed, "data_offsets of " + name(), range,
                  "a begin not greater than the end");
        refuse_if(entry_.end > data_bytes_, FileFault::truncated, "data_offsets of " + name(), range,
                  "at most " + std::to_string(data_bytes_) + ", the number of bytes of data");
        refuse_if(entry_.end - entry_.begin != *size, FileFault::malformed, "data_offsets of " + name(),
                  range,
                  std::to_string(*size) + " bytes, as shape " + shown(entry_.tensor.extents) + " of " +
                      std::string(name_of(entry_.tensor.dtype)) + " requires");
        entry_.place = here();
        header.entries.push_back(std::move(entry_));
    }

    [[nodiscard]] std::uint64_t here() const { return 8 + taken; }
    [[nodiscard]] std::string name() const { return "'" + printable(entry_.tensor.name) + "'"; }

    bool refuse_kind(std::string_view got) const {
        constexpr std::array<std::string_view, 12> expected{"an object",
                                                            "a name",
                                                            "an object of texts",
                                                            "text",
                                                            "an object with dtype, shape and data_offsets",
                                                            "a field",
                                                            "text",
                                                            "an array of whole numbers",
                                                            "whole numbers below 2^64 without sign or point",
                                                            "an array of two whole numbers",
                                                            "whole numbers below 2^64 without sign or point",
                                                            "the end"};
        const bool inside = at_ >= At::value && at_ < At::done;
        refuse(FileFault::malformed, here(), inside ? "entry of " + name() : "header", got,
               expected[static_cast<std::size_t>(at_)]);
    }

    void refuse_if(bool wrong, FileFault fault, std::string_view field, std::string_view got,
                   std::string_view expected) const {
        if (wrong) {
            refuse(fault, here(), field, got, expected);
        }
    }

    [[noreturn]] void refuse(FileFault fault, std::uint64_t offset, std::string_view field,
                             std::string_view got, std::string_view expected) const {
        fail<FileError>(fault, path_, offset, field, got, expected);
    }

    const std::filesystem::path& path_;
    ReadLimits limits_;
    std::uint64_t data_bytes_;
    At at_ = At::outside;
    bool seen_metadata_ = false;
    unsigned seen_ = 0;
    int offsets_ = 0;
    std::string key_;
    HeaderEntry entry_;
};

}  // namespace alrao::io::detail

#pragma GCC diagnostic pop
