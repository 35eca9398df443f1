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

/// A named array in a file: row-major, little-endian. `bytes` belongs to the `TensorFile` that
/// holds the tensor.
struct Tensor {
    std::string name;
    DType dtype = DType::f32;
    std::vector<std::size_t> extents;  ///< none: one number
    std::span<const std::byte> bytes;

    [[nodiscard]] std::size_t elements() const noexcept { return bytes.size() / size_of(dtype); }

    /// Whether the elements can be had as T: it is the tensor's own type, or it is float or double
    /// and they are F16 or BF16, which it holds exactly. No other type is converted.
    template <class T>
    [[nodiscard]] bool holds() const noexcept {
        return dtype == dtype_of<T> ||
               (std::floating_point<T> && (dtype == DType::f16 || dtype == DType::bf16));
    }

    /// Copies the elements into storage of exactly that many.
    /// @throws ArgumentError unless `holds<T>()`, or on another number of elements
    template <class T>
    void copy_to(std::span<T> out) const {
        if (!holds<T>() || out.size() != elements()) {
            fail<ArgumentError>("alrao: tensor '" + printable(name) + "' has " + std::to_string(elements()) +
                                " elements of type " + std::string(name_of(dtype)) + ", asked for " +
                                std::to_string(out.size()) + " of type " + std::string(name_of(dtype_of<T>)));
        }
        if constexpr (std::floating_point<T>) {
            if (dtype != dtype_of<T>) return widen_to(out);
        }
        if (!bytes.empty()) {
            std::memcpy(out.data(), bytes.data(),
                        bytes.size());  // the bytes may lie at any address
        }
    }

    /// The elements, as `copy_to` gives them.
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

/// Largest number of extents of a tensor, and most bytes of its name.
inline constexpr std::size_t tensor_max_rank = 8;
inline constexpr std::size_t tensor_max_name = 512;

/// What is wrong with a tensor's name; empty if it is fine. Names are 1 to 512 bytes of printable
/// UTF-8 and no path that leads upwards, since someone may print them or make file names of them.
[[nodiscard]] constexpr std::string_view name_problem(std::string_view name) {
    if (name.empty() || name.size() > tensor_max_name) {
        return "1 to 512 bytes";
    }
    if (name == "__metadata__") {
        return "another name: the format keeps this one";
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

/// Bytes of a tensor; none where the number does not fit (the product of the extents other than 0
/// must).
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

/// Extents as a message shows them, such as [3, 3, 64].
[[nodiscard]] inline std::string shown(std::span<const std::size_t> extents) {
    std::string text = "[";
    for (const std::size_t extent : extents) {
        text += (text.size() == 1 ? "" : ", ") + std::to_string(extent);
    }
    return text + "]";
}

}  // namespace alrao::io

#pragma GCC diagnostic pop
