#pragma once

#include <alrao/io/detail/dtype.hpp>
#include <alrao/io/detail/half.hpp>
#include <alrao/io/detail/utf8.hpp>
#include <alrao/tensor/fail.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao::io {

/// A named array of a file, row-major and little-endian. `bytes` refers to memory of the `TensorFile` that
/// holds the tensor.
struct Tensor {
    std::string name;
    DType dtype = DType::f32;
    std::vector<std::size_t> extents;  ///< empty for a single number (rank 0)
    std::span<const std::byte> bytes;  ///< all elements; the address may be unaligned

    /// Number of elements.
    [[nodiscard]] std::size_t elements() const noexcept { return bytes.size() / size_of(dtype); }

    /// Returns whether `copy_to` and `values` can return the elements as T: either T is the type of the
    /// elements, or T is float or double, and the elements are F16 or BF16. This conversion is exact. No
    /// other types are converted.
    template <class T>
    [[nodiscard]] bool holds() const noexcept {
        return dtype == dtype_of<T> ||
               (std::floating_point<T> && (dtype == DType::f16 || dtype == DType::bf16));
    }

    /// Copies all elements to `out`, converting F16 and BF16.
    /// @throws ArgumentError unless `holds<T>()` and `out` has `elements()` elements
    template <class T>
    void copy_to(std::span<T> out) const {
        if (!holds<T>() || out.size() != elements()) {
            fail<ArgumentError>("alrao: tensor '" + printable(name) + "' has " + std::to_string(elements()) +
                                " elements of type " + std::string(name_of(dtype)) +
                                ", but the program requests " + std::to_string(out.size()) + " of type " +
                                std::string(name_of(dtype_of<T>)));
        }
        if constexpr (std::floating_point<T>) {
            if (dtype != dtype_of<T>) return widen_to(out);
        }
        if (!bytes.empty()) {
            std::memcpy(out.data(), bytes.data(),
                        bytes.size());  // the bytes may be unaligned
        }
    }

    /// Returns all elements, row-major, converting F16 and BF16.
    /// @throws ArgumentError unless `holds<T>()`
    template <class T>
    [[nodiscard]] std::vector<T> values() const {
        std::vector<T> result(elements());
        copy_to(std::span<T>(result));
        return result;
    }

private:
    template <class T>
    void widen_to(std::span<T> out) const {
        for (std::size_t i = 0; i < out.size(); ++i) {
            std::uint16_t bits{};
            std::memcpy(&bits, bytes.data() + 2 * i, 2);
            out[i] = dtype == DType::f16 ? from_f16<T>(bits) : from_bf16<T>(bits);
        }
    }
};

/// Largest number of extents of a tensor.
inline constexpr std::size_t tensor_max_rank = 8;
/// Largest length of a tensor's name, in bytes.
inline constexpr std::size_t tensor_max_name = 512;

/// Returns the first requirement that the name of a tensor violates, as text for error messages; an empty
/// string if the name is valid. A valid name has 1 to 512 bytes of printable UTF-8, is not "__metadata__",
/// and, if it is split at slashes, has no part "..". These restrictions exist because programs print names or
/// derive file names from them.
[[nodiscard]] constexpr std::string_view name_problem(std::string_view name) {
    if (name.empty() || name.size() > tensor_max_name) {
        return "1 to 512 bytes";
    }
    if (name == "__metadata__") {
        return "another name: the format reserves this one";
    }
    for (std::size_t at = 0; at < name.size();) {
        const CodePoint point = decode_utf8(name, at);
        if (point.length == 0) {
            return "UTF-8";
        }
        if (!is_printable(point.value)) {
            return "printable characters";
        }
        at += point.length;
    }
    for (std::size_t at = 0; at <= name.size();) {
        const std::size_t end = name.find('/', at) == name.npos ? name.size() : name.find('/', at);
        if (name.substr(at, end - at) == "..") {
            return "no '..' between slashes";
        }
        at = end + 1;
    }
    return {};
}

/// Returns the size of a tensor in bytes. Returns no value if the size does not fit 64 bits. A tensor with an
/// extent of 0 has 0 bytes, but the product of its other extents must fit as well.
[[nodiscard]] constexpr std::optional<std::uint64_t> tensor_bytes(DType dtype,
                                                                  std::span<const std::size_t> extents) {
    std::uint64_t size = size_of(dtype);
    bool empty = false;
    for (const std::size_t extent : extents) {
        if (extent == 0) {
            empty = true;
        } else if (size > std::numeric_limits<std::uint64_t>::max() / extent) {
            return std::nullopt;
        } else {
            size *= extent;
        }
    }
    return empty ? 0 : size;
}

/// Returns extents as text for messages, such as [3, 3, 64].
[[nodiscard]] inline std::string shown(std::span<const std::size_t> extents) {
    std::string text = "[";
    for (const std::size_t extent : extents) {
        text += (text.size() == 1 ? "" : ", ") + std::to_string(extent);
    }
    return text + "]";
}

}  // namespace alrao::io

#pragma GCC diagnostic pop
