#pragma once

#include <alrao/meta/fixed_string.hpp>

namespace alrao {

/// How to reject a constructor call with a message of our own while std::is_constructible stays false.
/// The constructor is declared twice:
///
///     template <class Label, meta::FixedString Why = "alrao: labels are std::int32_t">
///         requires detail::refused_by_argument
///     Data(const Label* labels) = delete;
///     template <class Label>
///         requires detail::refused_by_attribute
///     __attribute__((unavailable("alrao: labels are std::int32_t"))) Data(const Label* labels);
///
/// GCC prints the template arguments of a deleted function in its error, clang does not. Clang excludes
/// an unavailable function from overload resolution and prints its message, GCC does not. Messages must
/// not contain apostrophes: GCC prints a backslash before them.
namespace detail {
#if defined(__clang__)
inline constexpr bool refused_by_attribute = true;
#else
inline constexpr bool refused_by_attribute = false;
#endif
inline constexpr bool refused_by_argument = !refused_by_attribute;
}  // namespace detail

}  // namespace alrao
