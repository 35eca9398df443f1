#pragma once

#include <alrao/tensor/fail.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao::data {

/// Type of the elements of an IDX file. The value is the third byte of the file.
enum class IdxType : unsigned char { u8 = 0x08, i8 = 0x09, i16 = 0x0B, i32 = 0x0C, f32 = 0x0D, f64 = 0x0E };

/// Returns the number of bytes per element; 0 if the value is not a type of IDX.
[[nodiscard]] constexpr std::size_t size_of(IdxType type) {
    switch (type) {
    case IdxType::u8:
    case IdxType::i8: return 1;
    case IdxType::i16: return 2;
    case IdxType::i32:
    case IdxType::f32: return 4;
    case IdxType::f64: return 8;
    }
    return 0;
}

/// Returns the name of the type, for messages.
[[nodiscard]] constexpr std::string_view name_of(IdxType type) {
    switch (type) {
    case IdxType::u8: return "unsigned byte";
    case IdxType::i8: return "signed byte";
    case IdxType::i16: return "16-bit integer";
    case IdxType::i32: return "32-bit integer";
    case IdxType::f32: return "float";
    case IdxType::f64: return "double";
    }
    return "unknown";
}

/// The IDX type that holds values of the C++ type T. Other types than those below are rejected at compile
/// time.
template <class T>
inline constexpr IdxType idx_type_of = [] {
    static_assert(sizeof(T) == 0,
                  "alrao: the elements of IDX files are std::uint8_t, std::int8_t, std::int16_t, "
                  "std::int32_t, float or double");
    return IdxType{};
}();
template <>
inline constexpr IdxType idx_type_of<std::uint8_t> = IdxType::u8;
template <>
inline constexpr IdxType idx_type_of<std::int8_t> = IdxType::i8;
template <>
inline constexpr IdxType idx_type_of<std::int16_t> = IdxType::i16;
template <>
inline constexpr IdxType idx_type_of<std::int32_t> = IdxType::i32;
template <>
inline constexpr IdxType idx_type_of<float> = IdxType::f32;
template <>
inline constexpr IdxType idx_type_of<double> = IdxType::f64;

/// The content of an IDX file.
struct Idx {
    IdxType type{};
    std::vector<std::size_t> extents;
    std::vector<std::byte> bytes;  ///< elements, row-major, in the byte order of this machine

    /// Number of elements.
    [[nodiscard]] std::size_t elements() const { return bytes.size() / size_of(type); }

    /// Offset of element `index` in the uncompressed file, in bytes.
    [[nodiscard]] std::uint64_t offset_of(std::size_t index) const {
        return 4 + 4 * extents.size() + std::uint64_t{index} * size_of(type);
    }

    /// Returns the elements, row-major.
    /// @throws ArgumentError unless T is the type of the file
    template <class T>
    [[nodiscard]] std::vector<T> values() const {
        if (type != idx_type_of<T>) {
            fail<ArgumentError>("alrao: the elements of an IDX file are " + std::string(name_of(type)) +
                                ", but the program requests " + std::string(name_of(idx_type_of<T>)));
        }
        std::vector<T> result(elements());
        if (!bytes.empty()) {
            std::memcpy(result.data(), bytes.data(), bytes.size());
        }
        return result;
    }
};

}  // namespace alrao::data

#pragma GCC diagnostic pop
