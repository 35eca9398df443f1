#pragma once

#include <cstddef>

#ifdef __OPTIMIZE__
inline constexpr bool is_optimized = true;
#else
inline constexpr bool is_optimized = false;
#endif

/// Number of repetitions of a randomized test: `full` in optimized builds, else `brief`. Builds without
/// optimization, such as those with sanitizers, are up to a hundred times slower; their purpose is to execute
/// each line, not to find rare cases.
constexpr std::size_t effort(std::size_t full, std::size_t brief) { return is_optimized ? full : brief; }
