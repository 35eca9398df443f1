#pragma once

#include <alrao/io/detail/header_entries.hpp>
#include <alrao/io/detail/header_grammar.hpp>
#include <alrao/io/file_error.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <utility>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao::io::detail {

/// Iterates over text and stores the number of characters read in `*taken`. The events of the JSON parser
/// have no position; this number provides one.
class CountingIterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    CountingIterator(const char* at, const char* begin, std::uint64_t* taken)
        : at_(at), begin_(begin), taken_(taken) {}

    reference operator*() const { return *at_; }
    CountingIterator& operator++() {
        ++at_;
        *taken_ = static_cast<std::uint64_t>(at_ - begin_);
        return *this;
    }
    CountingIterator operator++(int) {
        CountingIterator old = *this;
        ++*this;
        return old;
    }
    friend bool operator==(const CountingIterator& a, const CountingIterator& b) { return a.at_ == b.at_; }
    friend bool operator!=(const CountingIterator& a, const CountingIterator& b) { return a.at_ != b.at_; }

private:
    const char* at_;
    const char* begin_;
    std::uint64_t* taken_;
};

/// Parses the text of a header. `data_bytes` is the number of bytes that follow it in the file.
/// @throws FileError if the header is malformed, exceeds a limit, or does not match the data
[[nodiscard]] inline Header parse_header(std::string_view text, const std::filesystem::path& path,
                                         std::uint64_t data_bytes, const ReadLimits& limits) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    const std::size_t zero = text.find('\0');  // the JSON parser would stop reading there
    if (first == text.npos || text[first] != '{' || zero != text.npos) {
        const bool starts_wrong = first == text.npos || text[first] != '{';
        const std::uint64_t offset = 8 + (starts_wrong ? (first == text.npos ? 0 : first) : zero);
        fail<FileError>(FileFault::malformed, path, offset, "header",
                        starts_wrong ? "no '{' at the start" : "a zero byte", "a JSON object");
    }
    HeaderHandler handler(path, limits, data_bytes);
    const CountingIterator begin(text.data(), text.data(), &handler.taken);
    const CountingIterator end(text.data() + text.size(), text.data(), &handler.taken);
    nlohmann::json::sax_parse(begin, end, &handler);
    require_cover(handler.header.entries, path, data_bytes, 8 + text.size());
    return std::move(handler.header);
}

}  // namespace alrao::io::detail

#pragma GCC diagnostic pop
