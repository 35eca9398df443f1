#include <alrao/tensor/process.hpp>

#include "../fork.hpp"
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

using alrao::detail::Process;

TEST_CASE("a process is where it was made, and joins its threads there") {
    const Process home;
    CHECK(home.is_current());
    int calls = 0;
    std::thread thread([&] { ++calls; });
    home.join(thread);
    CHECK(calls == 1);
    CHECK_FALSE(thread.joinable());
    home.join(thread);  // once more: there is none
    CHECK_FALSE(thread.joinable());
}

#if __has_include(<unistd.h>) && __has_include(<sys/wait.h>)

TEST_CASE("a fork's child is another process: it waits for no thread of the first") {
    const Process home;
    std::atomic<bool> go_on = false;
    std::thread thread([&] {
        while (!go_on) std::this_thread::yield();
    });
    const Fork fork;
    if (fork.in_child()) {
        bool good = !home.is_current() && Process().is_current();
        home.join(thread);
        good = good && !thread.joinable();
        Fork::exit_with(good);
    }
    CHECK(home.is_current());
    CHECK(fork.child_was_good());
    go_on = true;
    home.join(thread);
    CHECK_FALSE(thread.joinable());
}

#endif
