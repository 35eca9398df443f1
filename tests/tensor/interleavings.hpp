#pragma once

// Runs a few small programs that share memory in every possible interleaving, on processors whose stores reach
// memory late, and says what can go wrong. One interleaving is one path through the states; each state is looked at once.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <unordered_set>
#include <vector>

namespace interleavings {

using Byte = std::uint8_t;

/// How a store goes to memory.
///   tso:  x86. A queue per processor: stores arrive in their order; a locked instruction waits until its queue is
///         empty; a load does not.
///   weak: Arm and others. Stores arrive in any order, but a release store after all earlier ones, and stores to
///         one address in theirs. A sequential load waits for earlier sequential stores, and for nothing else.
enum class Hardware { tso, weak };
enum class Order : Byte { relaxed, release, sequential };  // of a load: relaxed stands for acquire too

/// A number in the code, or what a register of the thread holds.
struct Value {
    Value(int n) : number(static_cast<Byte>(n)) {}
    static Value in(int r) {
        Value value(r);
        value.is_register = true;
        return value;
    }
    Byte number;
    bool is_register = false;
};

enum class Do : Byte { store, load, add, replace, lock, wait, futex_wait, wake, move, increment, jump, jump_if, expect, end };

struct Instruction {
    Do what;
    int address = 0;  // of memory; of wait: the mutex
    int target = 0;   // a register, or where a jump goes; of wait: what is slept on
    Value value = 0, other = 0;
    Order order = Order::sequential;
};

/// The code of one thread. A jump forwards is given its target by `here`.
class Program {
public:
    void store(int address, Value value, Order order) { put({Do::store, address, 0, value, 0, order}); }
    void load(int r, int address, Order order) { put({Do::load, address, r, 0, 0, order}); }
    /// Atomically. With Order::release no other thread may write here: the store may be late.
    void add(int address, int number, Order order) { put({Do::add, address, 0, number, 0, order}); }
    /// `from` becomes `to`, acquiring; the register says whether it did.
    void replace(int r, int address, int from, int to) { put({Do::replace, address, r, from, to}); }

    void lock(int mutex) { put({Do::lock, mutex}); }
    void unlock(int mutex) { store(mutex, 0, Order::release); }
    /// Of a condition variable: gives the mutex back and sleeps, in one step.
    void wait(int condition, int mutex) {
        put({Do::wait, mutex, condition});
        lock(mutex);
    }
    /// Sleeps if the memory has this value, in one step.
    void futex_wait(int address, Value old) { put({Do::futex_wait, address, address, old}); }
    /// Wakes all that sleep on it.
    void wake(int condition) { put({Do::wake, 0, condition}); }

    void move(int r, Value value) { put({Do::move, 0, r, value}); }
    void increment(int r) { put({Do::increment, 0, r}); }
    void jump(std::size_t to) { put({Do::jump, 0, static_cast<int>(to)}); }
    /// If the values are equal. Returns itself, for `here`.
    std::size_t jump_if(Value a, Value b, std::size_t to = 0) {
        put({Do::jump_if, 0, static_cast<int>(to), a, b});
        return next() - 1;
    }
    void expect(Value a, Value b) { put({Do::expect, 0, 0, a, b}); }
    void end() { put({Do::end}); }

    std::size_t next() const { return code_.size(); }
    void here(std::size_t jump) { code_[jump].target = static_cast<int>(next()); }
    const Instruction& operator[](std::size_t i) const { return code_[i]; }

private:
    void put(Instruction instruction) { code_.push_back(instruction); }
    std::vector<Instruction> code_;
};

/// What was found: states, and in how many of them nothing can go on though a thread has not ended, or an
/// expectation failed.
struct Findings {
    std::size_t states = 0, stuck = 0, unexpected = 0;
    bool right() const { return states > 0 && stuck == 0 && unexpected == 0; }
};

class Explorer {
public:
    Explorer(Hardware hardware, std::vector<Program> programs)
        : hardware_(hardware), programs_(std::move(programs)) {}

    Findings explore() {
        State first{};
        for (std::size_t t = 0; t < programs_.size(); ++t) local_steps(first, t);
        visit(first);
        while (!open_.empty()) {
            const State state = open_.back();
            open_.pop_back();
            bool goes_on = false, ended = true;
            for (std::size_t t = 0; t < programs_.size(); ++t) {
                for (std::size_t i = 0; i < state.threads[t].pending; ++i) goes_on |= arrive(state, t, i);
                goes_on |= step(state, t);
                ended &= at(state, t).what == Do::end;
            }
            if (!goes_on && !ended) ++findings_.stuck;
        }
        return findings_;
    }

private:
    static constexpr std::size_t most_threads = 3, most_pending = 6, memory_size = 16;

    struct Pending {
        Byte address, value;
        Order order;
    };
    // Of bytes only, so that equal states are equal bytes.
    struct Thread {
        Byte next, asleep, pending;  // asleep: 1 + what it sleeps on
        std::array<Byte, 3> registers;
        std::array<Pending, most_pending> stores;  // the oldest first
    };
    struct State {
        std::array<Byte, memory_size> memory;
        std::array<Thread, most_threads> threads;
    };

    const Instruction& at(const State& state, std::size_t t) const { return programs_[t][state.threads[t].next]; }

    static Byte get(const Thread& thread, Value value) {
        return value.is_register ? thread.registers[value.number] : value.number;
    }

    void visit(const State& state) {
        std::string bytes(sizeof(State), '\0');
        std::memcpy(bytes.data(), &state, sizeof(State));
        if (seen_.insert(std::move(bytes)).second) {
            open_.push_back(state);
            ++findings_.states;
        }
    }

    /// Store i of thread t's queue arrives in memory, if it may.
    bool arrive(const State& before, std::size_t t, std::size_t i) {
        State state = before;
        Thread& thread = state.threads[t];
        const Pending store = thread.stores[i];
        for (std::size_t older = 0; older < i; ++older)
            if (hardware_ == Hardware::tso || store.order != Order::relaxed ||
                thread.stores[older].address == store.address)
                return false;
        state.memory[store.address] = store.value;
        std::copy(thread.stores.begin() + i + 1, thread.stores.end(), thread.stores.begin() + i);
        thread.stores.back() = {};
        --thread.pending;
        visit(state);
        return true;
    }

    /// Whether a store that the predicate is true of has not arrived yet.
    template <class P>
    static bool waits_for(const Thread& thread, P predicate) {
        return std::any_of(thread.stores.begin(), thread.stores.begin() + thread.pending, predicate);
    }

    /// An instruction that reads and writes at once may be executed.
    bool may_exchange(const Thread& thread, int address, Order order) const {
        if (hardware_ == Hardware::tso || order == Order::sequential) return thread.pending == 0;
        return !waits_for(thread, [&](const Pending& store) { return store.address == address; });
    }

    /// The next instruction of thread t, with what follows in its registers alone; false if it has to wait.
    bool step(const State& before, std::size_t t) {
        State state = before;
        Thread& thread = state.threads[t];
        const Instruction& i = at(state, t);
        Byte& memory = state.memory[static_cast<std::size_t>(i.address)];
        if (thread.asleep != 0) return false;
        switch (i.what) {
            case Do::store:
                if (hardware_ == Hardware::tso && i.order == Order::sequential) {
                    if (thread.pending != 0) return false;
                    memory = get(thread, i.value);
                } else {
                    push(thread, i.address, get(thread, i.value), i.order);
                }
                break;
            case Do::load:
                if (hardware_ == Hardware::weak && i.order == Order::sequential &&
                    waits_for(thread, [](const Pending& store) { return store.order == Order::sequential; }))
                    return false;
                reg(thread, i.target) = newest(state, thread, i.address);
                break;
            case Do::add: {
                if (!may_exchange(thread, i.address, i.order)) return false;
                const auto sum = static_cast<Byte>(memory + i.value.number);
                if (hardware_ == Hardware::weak && i.order == Order::release) {
                    push(thread, i.address, sum, i.order);
                } else {
                    memory = sum;
                }
                break;
            }
            case Do::replace:
                if (!may_exchange(thread, i.address, Order::relaxed)) return false;
                reg(thread, i.target) = memory == i.value.number;
                if (memory == i.value.number) memory = i.other.number;
                break;
            case Do::lock:
                if (!may_exchange(thread, i.address, Order::relaxed) || memory != 0) return false;
                memory = 1;
                break;
            case Do::wait:
            case Do::futex_wait:
                if (thread.pending != 0) return false;
                if (i.what == Do::futex_wait && memory != get(thread, i.value)) break;
                if (i.what == Do::wait) memory = 0;
                thread.asleep = static_cast<Byte>(i.target + 1);
                break;
            case Do::wake:
                for (Thread& other : state.threads)
                    if (other.asleep == i.target + 1) other.asleep = 0;
                break;
            default: return false;  // at its end
        }
        ++thread.next;
        local_steps(state, t);
        visit(state);
        return true;
    }

    /// What nobody else can see is no step of its own.
    void local_steps(State& state, std::size_t t) {
        Thread& thread = state.threads[t];
        for (;; ++thread.next) {
            const Instruction& i = at(state, t);
            const bool equal = get(thread, i.value) == get(thread, i.other);
            switch (i.what) {
                case Do::move: reg(thread, i.target) = get(thread, i.value); break;
                case Do::increment: ++reg(thread, i.target); break;
                case Do::expect: findings_.unexpected += !equal; break;
                case Do::jump:
                case Do::jump_if:
                    if (i.what == Do::jump || equal) thread.next = static_cast<Byte>(i.target - 1);
                    break;
                default: return;
            }
        }
    }

    static Byte& reg(Thread& thread, int r) { return thread.registers[static_cast<std::size_t>(r)]; }

    static void push(Thread& thread, int address, Byte value, Order order) {
        thread.stores.at(thread.pending++) = {static_cast<Byte>(address), value, order};
    }

    /// What the thread reads: its own last store there, else the memory.
    static Byte newest(const State& state, const Thread& thread, int address) {
        for (std::size_t i = thread.pending; i-- > 0;)
            if (thread.stores[i].address == address) return thread.stores[i].value;
        return state.memory[static_cast<std::size_t>(address)];
    }

    Hardware hardware_;
    std::vector<Program> programs_;
    std::unordered_set<std::string> seen_;
    std::vector<State> open_;
    Findings findings_;
};

inline Findings explore(Hardware hardware, std::vector<Program> programs) {
    return Explorer(hardware, std::move(programs)).explore();
}

}  // namespace interleavings
