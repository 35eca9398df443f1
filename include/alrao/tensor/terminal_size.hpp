#pragma once

#include <cstddef>

// <sys/ioctl.h> of glibc defines macros named NCC, CTRL, CTIME and the like, which other people's
// headers use as names (xtensor-blas has an argument NCC). Where Linux's own list of requests is
// found, the one function is declared here, under a name of our own, and that header is not needed.
#if defined(__linux__) && __has_include(<asm/ioctls.h>)
#include <asm/ioctls.h>
#else
#include <sys/ioctl.h>
#endif

namespace alrao {

namespace detail {

/// What TIOCGWINSZ fills: `winsize` of <sys/ioctl.h>.
struct WindowSize {
    unsigned short rows, columns, width, height;
};

#if defined(__linux__) && __has_include(<asm/ioctls.h>)
extern "C" int alrao_ioctl(int descriptor, unsigned long request, ...) noexcept __asm__("ioctl");
#else
inline int alrao_ioctl(int descriptor, unsigned long request, WindowSize* size) {
    return ::ioctl(descriptor, request, size);
}
#endif

}  // namespace detail

/// How much text a terminal shows.
struct TerminalSize {
    std::size_t columns = 0, lines = 0;
};

/// The size of the terminal behind a file descriptor; 0 and 0 if it is none, or does not say.
[[nodiscard]] inline TerminalSize terminal_size(int descriptor) {
    detail::WindowSize size{};
    if (detail::alrao_ioctl(descriptor, TIOCGWINSZ, &size) != 0) return {};
    return {size.columns, size.rows};
}

}  // namespace alrao
