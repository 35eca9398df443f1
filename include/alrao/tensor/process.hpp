#pragma once

#include <memory>
#include <thread>
#if __has_include(<unistd.h>)
#include <unistd.h>
#endif

namespace alrao::detail {

/// The process in which an object was made. After `fork` the child has a copy of the object, but of
/// all threads only the one that called `fork`. So an object with threads asks, before it waits
/// for one of them, whether it is still where it was made.
class Process {
public:
    /// False in a fork's child. A system call where there is `fork`: not for every step of a loop.
    [[nodiscard]] bool is_current() const noexcept { return id_ == current(); }

    /// Returns when the thread has ended. In a fork's child, where it does not exist, the handle is
    /// made anew: `join` would wait for ever, and `detach` write to memory that a new thread may
    /// have.
    void join(std::thread& thread) const noexcept {
        if (!thread.joinable()) return;
        if (is_current()) {
            thread.join();
        } else {
            std::construct_at(&thread);
        }
    }

private:
#if __has_include(<unistd.h>)
    static pid_t current() noexcept { return ::getpid(); }
#else
    static int current() noexcept { return 0; }
#endif
    decltype(current()) id_ = current();
};

}  // namespace alrao::detail
