#include <alrao/tensor/threads.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

using alrao::Range;
using alrao::split_range;
using alrao::Threads;

TEST_CASE("every thread is called once per region, over many regions") {
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

TEST_CASE("a team that fell asleep wakes up") {
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

TEST_CASE("the caller is thread 0, a call that a worker makes has a thread of its own") {
    Threads threads(3);
    std::vector<std::thread::id> ids(3);
    const auto self = std::this_thread::get_id();
    int by_workers = 0;
    // A worker may come too late for its call, but not while the caller is asleep within its own.
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

TEST_CASE("each call of a region is made once, whoever makes it") {
    Threads threads(4);
    std::vector<std::atomic<int>> calls(4);
    for (int region = 0; region < 20000; ++region)
        threads.run([&](int thread) { calls[static_cast<std::size_t>(thread)].fetch_add(1); });
    for (const auto& count : calls) CHECK(count == 20000);
}

TEST_CASE("a region inside a region makes its calls on the calling thread") {
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

TEST_CASE("two callers may share a team") {
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

TEST_CASE("an exception of any thread arrives at the caller, and the team works on") {
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

TEST_CASE("a team of no thread is refused") {
    CHECK_THROWS_WITH_AS(Threads(0), "alrao: Threads: a team needs at least 1 thread, got 0",
                         alrao::ArgumentError);
    CHECK_THROWS_AS(Threads(-1), alrao::ArgumentError);
}

TEST_CASE("pieces of a range follow each other and cover it") {
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
