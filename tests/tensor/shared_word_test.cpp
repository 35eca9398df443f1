#include <alrao/tensor/shared_word.hpp>

#include "../effort.hpp"
#include "../fork.hpp"
#include "../watchdog.hpp"
#include "handover.hpp"
#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

namespace {

using alrao::detail::SharedWord;
using handover::Protocol;
using interleavings::explore;
using interleavings::Findings;
using interleavings::Hardware;
using interleavings::Order;
using interleavings::Program;
using interleavings::Value;

constexpr Hardware every_hardware[] = {Hardware::tso, Hardware::weak};

/// Whether a protocol loses wake-ups, in a team of two and between who takes and who makes batches. The rest of
/// what they do has to be right.
bool loses_wake_ups(Hardware hardware, Protocol protocol) {
    const Findings team = explore(hardware, handover::team(protocol, 1, 2));
    const Findings batches = explore(hardware, handover::batches_ahead(protocol, 2));
    CHECK(team.unexpected + batches.unexpected == 0);
    CHECK((team.stuck > 0) == (batches.stuck > 0));
    return team.stuck > 0;
}

/// Two threads that store 1 to one address and read the other's.
Findings store_then_load(Hardware hardware, Order store, Order load) {
    std::vector<Program> programs(2);
    for (int t = 0; t < 2; ++t) {
        Program& program = programs[static_cast<std::size_t>(t)];
        program.store(t, 1, store);
        program.load(0, 1 - t, load);
        program.store(2 + t, Value::in(0), Order::release);
        program.store(4 + t, 1, Order::release);
        program.end();
    }
    Program judge;  // both have ended, and have not seen each other
    judge.load(0, 4, Order::relaxed);
    const std::size_t first = judge.jump_if(Value::in(0), 0);
    judge.load(0, 5, Order::relaxed);
    const std::size_t second = judge.jump_if(Value::in(0), 0);
    judge.load(0, 2, Order::relaxed);
    judge.load(1, 3, Order::relaxed);
    const std::size_t seen = judge.jump_if(Value::in(0), 1);
    judge.expect(Value::in(1), 1);
    judge.here(first);
    judge.here(second);
    judge.here(seen);
    judge.end();
    programs.push_back(judge);
    return explore(hardware, programs);
}

/// A thread that writes something, then that it has; another that reads what, once it knows.
Findings write_and_publish(Hardware hardware, Order publish) {
    Program writer, reader;
    writer.store(0, 1, Order::relaxed);
    writer.store(1, 1, publish);
    writer.end();
    reader.load(0, 1, Order::relaxed);
    const std::size_t not_yet = reader.jump_if(Value::in(0), 0);
    reader.load(1, 0, Order::relaxed);
    reader.expect(Value::in(1), 1);
    reader.here(not_yet);
    reader.end();
    return explore(hardware, {writer, reader});
}

}  // namespace

TEST_CASE("the explorer knows what processors do with stores") {
    for (const Hardware hardware : every_hardware) {
        CHECK(store_then_load(hardware, Order::release, Order::sequential).unexpected > 0);
        CHECK(store_then_load(hardware, Order::sequential, Order::sequential).right());
        CHECK(write_and_publish(hardware, Order::release).right());
    }
    CHECK(store_then_load(Hardware::weak, Order::sequential, Order::relaxed).unexpected > 0);
    CHECK(write_and_publish(Hardware::tso, Order::relaxed).right());
    CHECK(write_and_publish(Hardware::weak, Order::relaxed).unexpected > 0);
}

TEST_CASE("in no interleaving is a wake-up lost, a call made twice or a result read too early") {
    for (const Hardware hardware : every_hardware) {
        CHECK(explore(hardware, handover::team({}, 1, 3)).right());
        CHECK(explore(hardware, handover::team({}, 2, 1)).right());
        CHECK(explore(hardware, handover::batches_ahead({}, 3)).right());
    }
}

TEST_CASE("each part of the hand-over is needed: without it the explorer finds a lost wake-up") {
    for (const Hardware hardware : every_hardware) {
        CHECK_FALSE(loses_wake_ups(hardware, {}));
        CHECK(loses_wake_ups(hardware, {.tell = Order::release}));
        CHECK(loses_wake_ups(hardware, {.locks = false}));
        CHECK(loses_wake_ups(hardware, {.counts_first = false}));
        // std::atomic::wait and notify of libstdc++ 12, as the store before notify is.
        CHECK(loses_wake_ups(hardware, {.tell = Order::release, .futex = true}));
        CHECK_FALSE(loses_wake_ups(hardware, {.futex = true}));
    }
    CHECK(loses_wake_ups(Hardware::weak, {.look = Order::relaxed}));
}

TEST_CASE("two threads hand a word to and fro, about when the other goes to sleep") {
    constexpr std::uint32_t mine = 0, yours = 1;
    constexpr std::size_t cold_bytes = std::size_t{1} << 24;
    const std::size_t rounds = effort(20000, 2000);
    Watchdog watchdog;
    SharedWord word(mine);
    std::size_t sum = 0;  // whose turn it is may write it
    const auto hand_over = [&](std::uint32_t turn, std::uint32_t other) {
        std::vector<char> cold(cold_bytes);
        std::uint32_t random = turn;
        for (std::size_t i = 0; i < rounds; ++i) {
            CHECK(word.wait_while(other, 20) == turn);
            random = random * 1664525 + 1013904223;
            for (std::uint32_t k = random >> 26; k > 0; --k) watchdog.count();  // takes a random time
            // Stores that take long: the telling one waits behind them.
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

TEST_CASE("all who sleep on a word wake up") {
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

TEST_CASE("a fork's child does not wait for who sleeps on a word, nor for who would change it") {
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
            word.count();
            good = good && word.wait_while(0, 0) == 1 && word.wait_while(1, 0) == 1;
            word.tell(7);
            good = good && word.wait_while(1, 0) == 7;
            word.~SharedWord();
            Fork::exit_with(good);
        }
        CHECK(fork.child_was_good());
    }
    word.count();
    sleeper.join();
}

#endif
