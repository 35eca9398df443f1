#pragma once

#if __has_include(<unistd.h>) && __has_include(<sys/wait.h>)

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

/// Where a process stands after `fork`: the child, which has to leave by `exit_with`, or its
/// parent.
class Fork {
public:
    /// The child is killed after 60 seconds, so that one that hangs fails its test.
    Fork() {
        std::fflush(nullptr);  // or both would write what is there
        child_ = ::fork();
        if (in_child()) ::alarm(60);
    }

    [[nodiscard]] bool in_child() const { return child_ == 0; }

    /// Of the child, as from main: with everything that a program does at its end.
    [[noreturn]] static void exit_with(bool good) { std::exit(good ? 0 : 1); }

    /// Of the parent: whether the child has left by itself, with a good result. Waits for that.
    [[nodiscard]] bool child_was_good() const {
        int status = 0;
        return child_ > 0 && ::waitpid(child_, &status, 0) == child_ && WIFEXITED(status) &&
               WEXITSTATUS(status) == 0;
    }

private:
    ::pid_t child_ = -1;
};

#endif
