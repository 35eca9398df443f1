#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace alrao::io {

/// Element types of safetensors that occupy whole bytes. A `TensorFile` reads and writes all of them as
/// bytes. Values can be converted to C++ numbers for the types that `dtype_of` lists; values of F16 and BF16
/// can be read as float or double (see `Tensor::holds`).
enum class DType : unsigned char {
    boolean,
    u8,
    i8,
    f8_e5m2,
    f8_e4m3,
    i16,
    u16,
    f16,
    bf16,
    i32,
    u32,
    f32,
    i64,
    u64,
    f64
};

namespace detail {

/// Name in the format, and bytes per element.
struct DTypeFacts {
    std::string_view name;
    std::size_t size;
};

/// Indexed by DType.
inline constexpr std::array<DTypeFacts, 15> dtype_facts{{
    {"BOOL", 1},
    {"U8", 1},
    {"I8", 1},
    {"F8_E5M2", 1},
    {"F8_E4M3", 1},
    {"I16", 2},
    {"U16", 2},
    {"F16", 2},
    {"BF16", 2},
    {"I32", 4},
    {"U32", 4},
    {"F32", 4},
    {"I64", 8},
    {"U64", 8},
    {"F64", 8},
}};

}  // namespace detail

/// Returns the number of bytes per element.
[[nodiscard]] constexpr std::size_t size_of(DType dtype) {
    return detail::dtype_facts[static_cast<std::size_t>(dtype)].size;
}

/// Returns the name of the type in the format, such as "F32".
[[nodiscard]] constexpr std::string_view name_of(DType dtype) {
    return detail::dtype_facts[static_cast<std::size_t>(dtype)].name;
}

/// Returns the type with this name in the format, or no value if there is none.
[[nodiscard]] constexpr std::optional<DType> dtype_named(std::string_view name) {
    for (std::size_t i = 0; i < detail::dtype_facts.size(); ++i) {
        if (detail::dtype_facts[i].name == name) {
            return static_cast<DType>(i);
        }
    }
    return std::nullopt;
}

/// The element type that holds values of the C++ type T. Other types than those below are rejected at compile
/// time.
template <class T>
inline constexpr DType dtype_of = [] {
    static_assert(sizeof(T) == 0,
                  "alrao: the elements of tensors in files are float, double, std::int64_t, std::uint64_t, "
                  "std::int32_t or std::uint8_t");
    return DType{};
}();
template <>
inline constexpr DType dtype_of<float> = DType::f32;
template <>
inline constexpr DType dtype_of<double> = DType::f64;
template <>
inline constexpr DType dtype_of<std::int64_t> = DType::i64;
template <>
inline constexpr DType dtype_of<std::uint64_t> = DType::u64;
template <>
inline constexpr DType dtype_of<std::int32_t> = DType::i32;
template <>
inline constexpr DType dtype_of<std::uint8_t> = DType::u8;

}  // namespace alrao::io
