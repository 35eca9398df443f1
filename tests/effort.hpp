#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool is_sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif
#else
inline constexpr bool is_sanitized = false;
#endif

/// How often a test repeats what it does with other random numbers. Sanitizers look at what is executed,
/// not at its chances, and take up to a hundred times longer: a build with them does the brief count.
constexpr std::size_t effort(std::size_t full, std::size_t brief) {
    return is_sanitized ? brief : full;
}
