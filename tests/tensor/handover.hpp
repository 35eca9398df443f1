#pragma once

// SharedWord, and what Threads and BatchAhead do with it, in the language of interleavings.hpp, line by line as the headers
// have them; and other ways to write it, which lose wake-ups.

#include "interleavings.hpp"

#include <cstddef>
#include <vector>

namespace handover {

using interleavings::Order;
using interleavings::Program;
using interleavings::Value;

/// How a word is told and waited for. As it is here: SharedWord.
struct Protocol {
    Order tell = Order::sequential;  // the teller's store of the value
    Order look = Order::sequential;  // the teller's load of the count of sleepers
    bool locks = true;               // the teller, before it wakes
    bool counts_first = true;        // the sleeper counts itself before its last look, not after it
    bool futex = false;              // atomic::wait of libstdc++ on Linux, in place of a condition variable
};

/// Where the parts of a word lie in memory.
struct Word {
    int value;
    int sleepers() const { return value + 1; }
    int mutex() const { return value + 2; }
};

class Thread : public Program {
public:
    explicit Thread(Protocol protocol) : protocol_(protocol) {}

    void tell(Word word, int value) {
        store(word.value, value, protocol_.tell);
        wake_sleepers(word);
    }
    void count(Word word) {
        add(word.value, 1, protocol_.tell);
        wake_sleepers(word);
    }

    /// Register 1 = the value once it differs from `old`. One look stands for all that come before a sleep.
    void wait_while(Word word, Value old) {
        load(1, word.value, Order::relaxed);
        const std::size_t same = jump_if(Value::in(1), old);
        const std::size_t differs = jump_always();
        here(same);
        if (!protocol_.futex) lock(word.mutex());
        if (protocol_.counts_first) add(word.sleepers(), 1, Order::sequential);
        const std::size_t look = next();
        load(1, word.value, Order::sequential);
        const std::size_t sleeps = jump_if(Value::in(1), old);
        const std::size_t awake = jump_always();
        here(sleeps);
        if (!protocol_.counts_first) add(word.sleepers(), 1, Order::sequential);
        if (protocol_.futex) {
            futex_wait(word.value, old);
        } else {
            wait(word.value, word.mutex());
        }
        if (!protocol_.counts_first) add(word.sleepers(), -1, Order::relaxed);
        jump(look);
        here(awake);
        if (protocol_.counts_first) add(word.sleepers(), -1, Order::relaxed);
        if (!protocol_.futex) unlock(word.mutex());
        here(differs);
    }

private:
    void wake_sleepers(Word word) {
        load(2, word.sleepers(), protocol_.look);
        const std::size_t nobody = jump_if(Value::in(2), 0);
        const bool locks = protocol_.locks && !protocol_.futex;
        if (locks) lock(word.mutex());
        wake(word.value);
        if (locks) unlock(word.mutex());
        here(nobody);
    }
    std::size_t jump_always() { return jump_if(0, 0); }

    Protocol protocol_;
};

// ---- tensor/threads.hpp: regions of a caller and its workers, then the end of the team

enum : int { idle, offered, taken };
enum : int { context = 0, stop = 1 };
constexpr Word region{2};
constexpr Word offer(int worker) { return {1 + 4 * worker}; }           // worker 1, 2
constexpr int result(int worker) { return offer(worker).value + 3; }    // the number of calls made for it

/// One call of a region: it reads what the caller wrote for it, and is the only one of the region.
inline void call(Thread& thread, int worker) {
    thread.load(1, context, Order::relaxed);
    thread.load(2, result(worker), Order::relaxed);
    thread.increment(2);
    thread.expect(Value::in(1), Value::in(2));
    thread.store(result(worker), Value::in(2), Order::relaxed);
}

inline Thread caller(Protocol protocol, int workers, int regions) {
    Thread thread(protocol);
    for (int r = 1; r <= regions; ++r) {
        thread.store(context, r, Order::relaxed);
        for (int w = 1; w <= workers; ++w) thread.store(offer(w).value, offered, Order::release);
        thread.count(region);
        for (int w = 1; w <= workers; ++w) {
            thread.replace(0, offer(w).value, offered, idle);
            const std::size_t begun = thread.jump_if(Value::in(0), 0);
            call(thread, w);
            const std::size_t made = thread.jump_if(0, 0);
            thread.here(begun);
            thread.wait_while(offer(w), taken);
            thread.expect(Value::in(1), idle);
            thread.here(made);
        }
        for (int w = 1; w <= workers; ++w) {
            thread.load(1, result(w), Order::relaxed);
            thread.expect(Value::in(1), r);
        }
    }
    thread.store(stop, 1, Order::relaxed);
    thread.count(region);
    thread.end();
    return thread;
}

inline Thread worker(Protocol protocol, int number) {
    Thread thread(protocol);
    thread.wait_while(region, Value::in(0));                            // register 0: the region seen
    thread.move(0, Value::in(1));
    thread.load(1, stop, Order::relaxed);
    const std::size_t stops = thread.jump_if(Value::in(1), 1);
    thread.replace(1, offer(number).value, offered, taken);
    thread.jump_if(Value::in(1), 0, 0);
    call(thread, number);
    thread.tell(offer(number), idle);
    thread.jump(0);
    thread.here(stops);
    thread.end();
    return thread;
}

inline std::vector<Program> team(Protocol protocol, int workers, int regions) {
    std::vector<Program> programs{caller(protocol, workers, regions)};
    for (int w = 1; w <= workers; ++w) programs.push_back(worker(protocol, w));
    return programs;
}

// ---- train/batch_ahead.hpp: the caller takes one batch while the maker makes the next, then the end

enum : int { done, asked, stopped };
enum : int { samples = 0, made = 1 };
constexpr Word state{2};

inline std::vector<Program> batches_ahead(Protocol protocol, int batches) {
    Thread user(protocol);
    for (int b = 1; b <= batches; ++b) {
        user.wait_while(state, asked);                                  // prepare
        user.store(samples, b, Order::relaxed);
        user.tell(state, asked);
        user.wait_while(state, asked);                                  // take
        user.load(1, made, Order::relaxed);
        user.expect(Value::in(1), b);
    }
    user.store(samples, 9, Order::relaxed);                             // one that nobody takes
    user.tell(state, asked);
    user.wait_while(state, asked);                                      // the destructor
    user.tell(state, stopped);
    user.end();

    Thread maker(protocol);
    maker.wait_while(state, done);
    const std::size_t asked_for = maker.jump_if(Value::in(1), asked);
    maker.end();
    maker.here(asked_for);
    maker.load(1, samples, Order::relaxed);
    maker.store(made, Value::in(1), Order::relaxed);
    maker.tell(state, done);
    maker.jump(0);
    return {user, maker};
}

}  // namespace handover
