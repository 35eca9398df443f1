#pragma once

#include <cstddef>

#ifdef __OPTIMIZE__
inline constexpr bool is_optimized = true;
#else
inline constexpr bool is_optimized = false;
#endif

/// How often a test repeats what it does with other random numbers. Builds without optimisation,
/// such as those with sanitizers, look at what is executed and not at its chances, and take up to a
/// hundred times longer: they do the brief count.
constexpr std::size_t effort(std::size_t full, std::size_t brief) { return is_optimized ? full : brief; }
