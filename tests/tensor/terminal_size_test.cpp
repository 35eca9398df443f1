#include <alrao/tensor/terminal_size.hpp>

#include <doctest/doctest.h>

#include <cstdlib>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace tensor_terminal_size_test {

TEST_CASE("terminal_size is the size that was set; it is 0 if there is no terminal") {
    const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
    REQUIRE(terminal >= 0);
    winsize size{};
    size.ws_row = 33;
    size.ws_col = 117;
    REQUIRE(::ioctl(terminal, TIOCSWINSZ, &size) == 0);
    CHECK(alrao::terminal_size(terminal).columns == 117);
    CHECK(alrao::terminal_size(terminal).lines == 33);
    static_assert(sizeof(alrao::detail::WindowSize) == sizeof(winsize));
    ::close(terminal);

    int ends[2] = {};
    REQUIRE(::pipe(ends) == 0);
    CHECK(alrao::terminal_size(ends[0]).columns == 0);
    ::close(ends[0]);
    ::close(ends[1]);
    CHECK(alrao::terminal_size(-1).lines == 0);
}

}  // namespace tensor_terminal_size_test
