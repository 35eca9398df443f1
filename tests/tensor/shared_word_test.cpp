#include <alrao/tensor/shared_word.hpp>

#include "../effort.hpp"
#include "../fork.hpp"
#include "../watchdog.hpp"
#include "handover.hpp"
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

namespace {

using alrao::detail::SharedWord;
using handover::AtomicWait;
using interleavings::at_its_end;
using interleavings::Atomic;
using interleavings::expect;
using interleavings::explore;
using interleavings::Findings;
using interleavings::Hardware;

constexpr Hardware every_hardware[] = {Hardware::tso, Hardware::weak};
constexpr auto relaxed = std::memory_order_relaxed, acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release, sequential = std::memory_order_seq_cst;

/// Whether wake-ups are lost in a team of two threads, and between the user and the maker of batches. All
/// other properties must hold.
template <class Word>
bool loses_wake_ups(Hardware hardware) {
    const Findings team = explore<handover::Team<Word>>(hardware, 2, 1U, 2U);
    const Findings batches = explore<handover::Batches<Word>>(hardware, 2, 2U);
    CHECK(team.unexpected + batches.unexpected == 0);
    CHECK((team.stuck > 0) == (batches.stuck > 0));
    return team.stuck > 0;
}

/// Two threads store 1 and then read the other's variable; a third thread checks whether both read
/// 0.
struct StoreThenLoad {
    std::memory_order store, load;
    Atomic stored[2]{Atomic(0), Atomic(0)}, read[2]{Atomic(1), Atomic(1)};
    StoreThenLoad(std::memory_order s, std::memory_order l) : store(s), load(l) {}
    int run(std::size_t t, std::uint32_t) {
        if (t == 2) {
            expect(read[0].load(acquire) + read[1].load(acquire) > 0);
        } else {
            stored[t].store(1, store);
            read[t].store(stored[1 - t].load(load), release);
        }
        return at_its_end;
    }
};

/// One thread writes a value and then sets a flag; another reads the value after it sees the flag.
struct WriteThenPublish {
    std::memory_order publish;
    Atomic written{}, published{};
    explicit WriteThenPublish(std::memory_order p) : publish(p) {}
    int run(std::size_t t, std::uint32_t) {
        if (t == 0) {
            written.store(1, relaxed);
            published.store(1, publish);
        } else if (published.load(acquire) != 0) {
            expect(written.load(relaxed) == 1);
        }
        return at_its_end;
    }
};

}  // namespace

TEST_CASE("the explorer simulates how processors reorder stores") {
    for (const Hardware hardware : every_hardware) {
        CHECK(explore<StoreThenLoad>(hardware, 3, release, sequential).unexpected > 0);
        CHECK(explore<StoreThenLoad>(hardware, 3, sequential, sequential).right());
        CHECK(explore<WriteThenPublish>(hardware, 2, release).right());
    }
    CHECK(explore<StoreThenLoad>(Hardware::weak, 3, sequential, acquire).unexpected > 0);
    CHECK(explore<WriteThenPublish>(Hardware::tso, 2, relaxed).right());
    CHECK(explore<WriteThenPublish>(Hardware::weak, 2, relaxed).unexpected > 0);
}

TEST_CASE("no interleaving loses a wake-up, makes a call twice or reads a result too early") {
    const auto workers = static_cast<std::uint32_t>(effort(2, 1));
    for (const Hardware hardware : every_hardware) {
        CHECK(explore<handover::Team<handover::Word>>(hardware, 2, 1U, 3U).right());
        CHECK(explore<handover::Team<handover::Word>>(hardware, workers + 1, workers, 1U).right());
        CHECK(explore<handover::Batches<handover::Word>>(hardware, 2, 3U).right());
    }
}

TEST_CASE("each part of the protocol is needed: the explorer finds errors without it") {
    for (const Hardware hardware : every_hardware) {
        CHECK_FALSE(loses_wake_ups<handover::Word>(hardware));
        CHECK(loses_wake_ups<handover::ToldByRelease>(hardware));
        CHECK(loses_wake_ups<handover::WithoutMutex>(hardware));
        CHECK(loses_wake_ups<AtomicWait<release>>(hardware));
        CHECK_FALSE(loses_wake_ups<AtomicWait<sequential>>(hardware));
    }
    CHECK(loses_wake_ups<handover::LooksByAcquire>(Hardware::weak));
}

TEST_CASE("two threads pass a word back and forth at about the time when the other falls asleep") {
    constexpr std::uint32_t mine = 0, yours = 1;
    constexpr std::size_t cold_bytes = std::size_t{1} << 24;
    const std::size_t rounds = effort(20000, 2000);
    Watchdog watchdog;
    SharedWord word(mine);
    std::size_t sum = 0;  // written only by the thread whose turn it is
    const auto hand_over = [&](std::uint32_t turn, std::uint32_t other) {
        std::vector<char> cold(cold_bytes);
        std::uint32_t random = turn;
        for (std::size_t i = 0; i < rounds; ++i) {
            CHECK(word.wait_while(other, 20) == turn);
            random = random * 1664525 + 1013904223;
            for (std::uint32_t k = random >> 26; k > 0; --k) watchdog.count();  // wait for a random time
            // Slow stores, which delay the store of `tell`.
            for (std::uint32_t k = 0, place = random; k < 16; ++k) {
                place = place * 1664525 + 1013904223;
                cold[place % cold_bytes] = 1;
            }
            ++sum;
            word.tell(other);
        }
    };
    std::thread other(hand_over, yours, mine);
    hand_over(mine, yours);
    other.join();
    CHECK(sum == 2 * rounds);
}

TEST_CASE("all threads that sleep on a word wake up") {
    Watchdog watchdog;
    SharedWord word, there;
    std::vector<std::thread> sleepers;
    for (int i = 0; i < 4; ++i)
        sleepers.emplace_back([&] {
            for (std::uint32_t seen = 0; seen < 100;) {
                there.count();
                seen = word.wait_while(seen, 0);
            }
        });
    for (std::uint32_t round = 0; round < 100; ++round) {
        std::uint32_t came = there.wait_while(4 * round, 0);
        while (came < 4 * (round + 1)) came = there.wait_while(came, 0);
        watchdog.count();
        word.count();
    }
    for (std::thread& sleeper : sleepers) sleeper.join();
    CHECK(word.wait_while(0, 1) == 100);
    CHECK(there.wait_while(0, 1) == 400);
}

#if __has_include(<unistd.h>) && __has_include(<sys/wait.h>)

TEST_CASE("a child of fork does not wait for threads that sleep on a word or would change it") {
    Watchdog watchdog;
    SharedWord word, there;
    std::thread sleeper([&] {
        there.count();
        (void)word.wait_while(0, 0);
    });
    (void)there.wait_while(0, 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // most likely it sleeps now
    for (int i = 0; i < 3; ++i) {
        const Fork fork;
        if (fork.in_child()) {
            bool good = word.wait_while(0, 5) == 0;
            if (i > 0) {
                word.count();
                good = good && word.wait_while(0, 0) == 1 && word.wait_while(1, 0) == 1;
                word.tell(7);
                good = good && word.wait_while(1, 0) == 7;
            }
            word.~SharedWord();
            Fork::exit_with(good);
        }
        CHECK(fork.child_was_good());
    }
    word.count();
    sleeper.join();
}

#endif
