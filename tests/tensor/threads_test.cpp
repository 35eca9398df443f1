#include <alrao/tensor/threads.hpp>

#include "../effort.hpp"
#include "../fork.hpp"
#include "../watchdog.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

using alrao::Range;
using alrao::split_range;
using alrao::Threads;

TEST_CASE("every thread is called once in each of many runs") {
    for (const int count : {1, 2, 3, 5}) {
        Threads threads(count);
        CHECK(threads.count() == count);
        std::vector<int> calls(static_cast<std::size_t>(count));
        for (int region = 0; region < 2000; ++region) {
            threads.run([&](int thread) { ++calls[static_cast<std::size_t>(thread)]; });
        }
        for (const int n : calls) CHECK(n == 2000);
    }
}

TEST_CASE("sleeping workers wake up") {
    Threads threads(3);
    std::atomic<int> calls = 0;
    for (int region = 0; region < 5; ++region) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        threads.run([&](int thread) {
            if (thread == 1) std::this_thread::sleep_for(std::chrono::milliseconds(2));
            ++calls;
        });
    }
    CHECK(calls == 15);
}

TEST_CASE("the caller is thread 0; calls made by workers run on other threads") {
    Threads threads(3);
    std::vector<std::thread::id> ids(3);
    const auto self = std::this_thread::get_id();
    int by_workers = 0;
    // The caller may take over the call of a late worker, but not while it sleeps in its own call.
    for (int region = 0; region < 20; ++region) {
        threads.run([&](int thread) {
            ids[static_cast<std::size_t>(thread)] = std::this_thread::get_id();
            if (thread == 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
        });
        CHECK(ids[0] == self);
        if (ids[1] != self && ids[2] != self) {
            CHECK(ids[1] != ids[2]);
            ++by_workers;
        }
    }
    CHECK(by_workers > 0);
}

TEST_CASE("each call of a run is made exactly once, by a worker or the caller") {
    Threads threads(4);
    std::vector<std::atomic<int>> calls(4);
    for (int region = 0; region < 20000; ++region)
        threads.run([&](int thread) { calls[static_cast<std::size_t>(thread)].fetch_add(1); });
    for (const auto& count : calls) CHECK(count == 20000);
}

TEST_CASE("a nested run makes its calls on the calling thread") {
    Threads threads(3);
    std::atomic<int> calls = 0;
    std::atomic<int> strangers = 0;
    threads.run([&](int) {
        const auto self = std::this_thread::get_id();
        threads.run([&](int) {
            ++calls;
            if (std::this_thread::get_id() != self) ++strangers;
        });
    });
    CHECK(calls == 9);
    CHECK(strangers == 0);
}

TEST_CASE("two threads may call run at the same time") {
    Threads threads(2);
    std::atomic<int> calls = 0;
    const auto caller = [&] {
        for (int i = 0; i < 500; ++i) threads.run([&](int) { ++calls; });
    };
    std::thread other(caller);
    caller();
    other.join();
    CHECK(calls == 2000);
}

TEST_CASE("an exception of any thread reaches the caller, and the pool stays usable") {
    for (const int count : {1, 2, 3}) {
        Threads threads(count);
        for (int culprit = 0; culprit < count; ++culprit) {
            CHECK_THROWS_WITH_AS(threads.run([&](int thread) {
                if (thread == culprit) throw std::runtime_error("from a thread");
            }),
                                 "from a thread", std::runtime_error);
            std::atomic<int> calls = 0;
            threads.run([&](int) { ++calls; });
            CHECK(calls == count);
        }
        CHECK_THROWS_AS(threads.run([](int) { throw std::logic_error("all"); }), std::logic_error);
    }
}

// A worker ends its call with slow stores at about the time when the caller stops spinning and goes to sleep.
// If a wake-up were lost then, run would never return.
TEST_CASE("run never hangs, whenever the caller goes to sleep") {
    using Clock = std::chrono::steady_clock;
    constexpr std::size_t cold_bytes = std::size_t{1} << 24;
    constexpr int looks = 2000;  // reads by a thread before it sleeps
    const std::size_t regions = effort(5000, 500);
    Watchdog watchdog;
    Threads threads(2);
    std::vector<char> cold(cold_bytes);
    std::vector<std::size_t> calls(2);
    const auto before = Clock::now();
    for (int i = 0; i < looks; ++i) watchdog.count();
    const auto spin = std::min<Clock::duration>(Clock::now() - before, std::chrono::microseconds(100));
    std::uint32_t random = 12345;
    for (std::size_t region = 0; region < regions; ++region) {
        random = random * 1664525 + 1013904223;
        // From 0 to four times the measured time.
        const auto until = Clock::now() + spin * (random >> 20) / 1024;
        threads.run([&](int thread) {
            ++calls[static_cast<std::size_t>(thread)];
            if (thread == 0) return;
            while (Clock::now() < until) {
            }
            std::uint32_t place = random;
            for (int k = 0; k < 48; ++k) {
                place = place * 1664525 + 1013904223;
                cold[place % cold_bytes] = 1;
            }
        });
        watchdog.count();
    }
    for (const std::size_t count : calls) CHECK(count == regions);
}

#if __has_include(<unistd.h>) && __has_include(<sys/wait.h>)

TEST_CASE("a child of fork can use a pool, destroy it, make another and exit; so can its parent") {
    for (const int count : {1, 2, 4}) {
        for (const int pause : {0, 5}) {  // while the workers spin, and while they sleep
            auto threads = std::make_unique<Threads>(count);
            std::vector<int> calls(static_cast<std::size_t>(count));
            const auto regions = [&](Threads& team) {
                for (int region = 0; region < 100; ++region)
                    team.run([&](int thread) { ++calls[static_cast<std::size_t>(thread)]; });
            };
            regions(*threads);
            std::this_thread::sleep_for(std::chrono::milliseconds(pause));
            const Fork fork;
            regions(*threads);
            if (fork.in_child()) {
                const Fork grandchild;
                regions(*threads);
                threads.reset();
                Threads again(count);
                regions(again);
                const bool good = std::count(calls.begin(), calls.end(), 400) == count;
                if (grandchild.in_child()) Fork::exit_with(good);
                Fork::exit_with(grandchild.child_was_good() && good);
            }
            CHECK(fork.child_was_good());
            CHECK(std::count(calls.begin(), calls.end(), 200) == count);
        }
    }
}

TEST_CASE("a child forked by another thread during run can use and destroy the pool") {
    auto threads = std::make_unique<Threads>(2);
    std::atomic<bool> ended = false;
    std::atomic<int> regions = 0;
    std::thread runs([&] {
        for (; !ended; ++regions) threads->run([](int) {});
    });
    for (int i = 0; i < 20; ++i) {
        for (const int now = regions; regions < now + 3;) std::this_thread::yield();
        const Fork fork;
        if (fork.in_child()) {
            std::atomic<int> calls = 0;
            for (int region = 0; region < 10; ++region) threads->run([&](int) { ++calls; });
            threads.reset();
            Fork::exit_with(calls == 20);
        }
        CHECK(fork.child_was_good());
    }
    ended = true;
    runs.join();
}

TEST_CASE("a fork within run: the caller's child gets an error, a worker's child ends with its call") {
    for (const int forking : {0, 1}) {
        Threads threads(2);
        std::unique_ptr<Fork> fork;
        std::atomic<bool> begun = false, forked = false;
        try {
            threads.run([&](int thread) {
                if (thread == 1) begun = true;
                while (!begun) std::this_thread::yield();
                if (thread == forking) {
                    fork = std::make_unique<Fork>();
                    forked = true;
                    // In a worker's child only that thread exists; it exits at once, without unwinding main's stack.
                    if (thread == 1 && fork->in_child()) std::atexit([] { std::_Exit(0); });
                }
                while (!forked) std::this_thread::yield();
            });
        } catch (const alrao::Error&) {
            Fork::exit_with(fork->in_child());
        }
        CHECK(fork->child_was_good());
    }
}

#endif

TEST_CASE("a pool without threads is refused") {
    CHECK_THROWS_WITH_AS(Threads(0), "alrao: Threads: the number of threads must be at least 1, got 0",
                         alrao::ArgumentError);
    CHECK_THROWS_AS(Threads(-1), alrao::ArgumentError);
}

TEST_CASE("parts of a range are contiguous and cover it") {
    for (const std::size_t n : {0U, 1U, 5U, 16U, 17U, 100U, 512U}) {
        for (const std::size_t granule : {1U, 4U, 16U}) {
            for (const int parts : {1, 2, 3, 7}) {
                std::size_t end = 0;
                for (int part = 0; part < parts; ++part) {
                    const Range piece = split_range(n, parts, part, granule);
                    CHECK(piece.begin == end);
                    CHECK(piece.begin <= piece.end);
                    if (!piece.empty()) CHECK(piece.begin % granule == 0);
                    CHECK(piece.size() <= (n / static_cast<std::size_t>(parts) / granule + 2) * granule);
                    end = piece.end;
                }
                CHECK(end == n);
            }
        }
    }
    static_assert(split_range(10, 2, 0, 4) == Range{0, 8});
    static_assert(split_range(10, 2, 1, 4) == Range{8, 10});
}
