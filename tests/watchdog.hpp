#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <thread>

/// Ends the program with an error if the threads of a test wait for each other forever, that is, if `count`
/// was not called for two minutes.
class Watchdog {
public:
    Watchdog() = default;
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;
    ~Watchdog() {
        ended_ = true;
        thread_.join();
    }

    void count() { counted_.fetch_add(1, std::memory_order_relaxed); }

private:
    void watch() {
        std::size_t last = 0;
        for (int looks = 0; !ended_; ++looks) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            const std::size_t now = counted_;
            if (now != last) looks = 0;
            last = now;
            if (looks < 12000) continue;
            std::fprintf(stderr, "a test hangs: no progress after %zu rounds\n", now);
            std::_Exit(1);
        }
    }

    std::atomic<std::size_t> counted_{0};
    std::atomic<bool> ended_{false};
    std::thread thread_{[this] { watch(); }};
};
