#pragma once

#if __has_include(<unistd.h>) && __has_include(<sys/wait.h>)

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

/// Forks the process. The child must end with `exit_with`; the parent calls `child_was_good`.
class Fork {
public:
    /// Forks. The child is killed after 60 seconds, so that a test fails if its child hangs.
    Fork() {
        std::fflush(nullptr);  // otherwise both processes would write the buffered output
        child_ = ::fork();
        if (in_child()) ::alarm(60);
    }

    [[nodiscard]] bool in_child() const { return child_ == 0; }

    /// Ends the child like a return from main, with static destructors and exit handlers.
    [[noreturn]] static void exit_with(bool good) { std::exit(good ? 0 : 1); }

    /// Waits for the child. Returns whether it ended by exit_with(true).
    [[nodiscard]] bool child_was_good() const {
        int status = 0;
        return child_ > 0 && ::waitpid(child_, &status, 0) == child_ && WIFEXITED(status) &&
               WEXITSTATUS(status) == 0;
    }

private:
    ::pid_t child_ = -1;
};

#endif
