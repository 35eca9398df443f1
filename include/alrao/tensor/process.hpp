#pragma once

#include <memory>
#include <thread>
#if __has_include(<unistd.h>)
#include <unistd.h>
#endif

namespace alrao::detail {

/// Remembers the process in which it was constructed. After `fork`, the child has a copy of every object,
/// but only the thread that called `fork`. An object that owns threads therefore checks `is_current`
/// before it waits for one of them.
class Process {
public:
    /// Whether this is the process of construction; false in a child of `fork`. This is a system call on
    /// systems with `fork`: do not call it in inner loops.
    [[nodiscard]] bool is_current() const noexcept { return id_ == current(); }

    /// Waits until the thread has ended. In a child of `fork`, where the thread does not exist, the handle
    /// is replaced by an empty one instead: `join` would wait for ever, and `detach` would write to memory
    /// that may belong to a new thread by then.
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
