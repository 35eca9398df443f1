#pragma once

#include <alrao/meta/fixed_string.hpp>

namespace alrao {

/// How a constructor is refused in words, and yet not found by those who only ask
/// (std::is_constructible): the sentence stands in the line of the one error. It is declared twice,
///
///     template <class Label, meta::FixedString Why = "alrao: labels are std::int32_t">
///         requires detail::refused_by_argument
///     Data(const Label* labels) = delete;
///     template <class Label>
///         requires detail::refused_by_attribute
///     __attribute__((unavailable("alrao: labels are std::int32_t"))) Data(const Label* labels);
///
/// since GCC prints the template arguments of a deleted function, and clang does not; and clang takes
/// a function that is unavailable for one that cannot be called, and GCC does not. No apostrophes:
/// GCC prints a backslash before them.
namespace detail {
#if defined(__clang__)
inline constexpr bool refused_by_attribute = true;
#else
inline constexpr bool refused_by_attribute = false;
#endif
inline constexpr bool refused_by_argument = !refused_by_attribute;
}  // namespace detail

}  // namespace alrao
