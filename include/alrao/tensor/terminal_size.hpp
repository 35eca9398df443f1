#pragma once

#include <cstddef>

// <sys/ioctl.h> of glibc defines macros such as NCC, CTRL and CTIME, which collide with names in other
// libraries (xtensor-blas has a parameter NCC). On Linux the constant comes from <asm/ioctls.h>, and the
// function is declared here under another name, so that <sys/ioctl.h> is not included.
#if defined(__linux__) && __has_include(<asm/ioctls.h>)
#include <asm/ioctls.h>
#else
#include <sys/ioctl.h>
#endif

namespace alrao {

namespace detail {

/// The struct that TIOCGWINSZ fills, with the layout of `winsize` in <sys/ioctl.h>.
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

/// Size of a terminal in characters.
struct TerminalSize {
    std::size_t columns = 0, lines = 0;
};

/// Size of the terminal behind a file descriptor; {0, 0} if it is not a terminal or its size is unknown.
[[nodiscard]] inline TerminalSize terminal_size(int descriptor) {
    detail::WindowSize size{};
    if (detail::alrao_ioctl(descriptor, TIOCGWINSZ, &size) != 0) return {};
    return {size.columns, size.rows};
}

}  // namespace alrao
