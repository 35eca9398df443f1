#include <alrao/tensor/process.hpp>

#include "../fork.hpp"
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

using alrao::detail::Process;

TEST_CASE("is_current is true in the constructing process, and join waits there") {
    const Process home;
    CHECK(home.is_current());
    int calls = 0;
    std::thread thread([&] { ++calls; });
    home.join(thread);
    CHECK(calls == 1);
    CHECK_FALSE(thread.joinable());
    home.join(thread);  // again: there is no thread to join
    CHECK_FALSE(thread.joinable());
}

#if __has_include(<unistd.h>) && __has_include(<sys/wait.h>)

TEST_CASE("is_current is false in a child of fork, and join does not wait there") {
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
