#pragma once

#include <alrao/tensor/process.hpp>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>

namespace alrao::detail {

/// The synchronisation primitives of a SharedWord. Its test replaces them by a simulated memory in order
/// to run every interleaving.
struct StandardMeans {
    using Atomic = std::atomic<std::uint32_t>;
    using Mutex = std::mutex;
    using Condition = std::condition_variable;
};

/// A 32-bit number shared by threads, with waiting: like std::atomic with wait and notify. A waiting
/// thread spins first and then sleeps. A thread that changes the number makes a system call only if
/// another thread sleeps.
///
/// No wake-up is lost, on any processor and with any standard library. Proof: the thread that changes the
/// number ("teller") and the one that waits ("sleeper") execute, in this order,
///
///     teller:  A  value_ = new          sleeper:  C  ++sleepers_      (holding mutex_)
///              B  sleepers_ == 0 ?                D  value_ == old ?
///
/// All four operations are sequentially consistent, so there is a single total order S that is consistent
/// with the values that the loads read ([atomics.order]).
/// - If B does not see C, then A < B < C < D in S: D reads the value that A wrote, or a later one, and
///   the sleeper does not sleep.
/// - If B sees C, the teller locks mutex_. The sleeper has held it since before C and releases it only
///   after it has seen the change or, atomically, when it begins to wait. So when the teller has the lock,
///   the sleeper is either waiting, and notify_all wakes it, or has finished waiting. It reads the value
///   again after each wake-up, and then A happens before D because of the lock.
/// The proof needs the order of A before B: if A were a release store, B could be executed while A is
/// still in a store buffer (also on x86), and both threads would miss each other's writes.
/// std::atomic::wait and notify of libstdc++ 12 use the same scheme, but A is the caller's store, which
/// need not be sequentially consistent; and without a futex, D and the beginning of the wait are not one
/// atomic operation there.
///
/// notify_all is called while the lock is held: glibc before 2.41 can lose a notify_one, and macOS a
/// notify_all that is called without the lock.
///
/// Callers must not set the number to an earlier value v again before all threads that called wait_while(v,
/// ...) have returned.
template <class Means>
class BasicSharedWord {
public:
    explicit BasicSharedWord(std::uint32_t value = 0) : value_(value) {}
    BasicSharedWord(const BasicSharedWord&) = delete;
    BasicSharedWord& operator=(const BasicSharedWord&) = delete;
    ~BasicSharedWord() {
        if (!home_.is_current()) forget_sleepers();
    }

    /// Sets the value and wakes all waiting threads. Earlier writes of this thread are visible to threads
    /// that read the new value.
    void tell(std::uint32_t value) {
        value_.store(value, std::memory_order_seq_cst);
        wake();
    }

    /// Adds 1 and wakes all waiting threads, as `tell` does.
    void count() {
        value_.fetch_add(1, std::memory_order_seq_cst);
        wake();
    }

    /// Sets the value without waking: no thread may be waiting.
    void set(std::uint32_t value) { value_.store(value, std::memory_order_release); }

    /// Replaces the value `from` by `to`; returns false if the value was not `from`. No thread may be
    /// waiting.
    [[nodiscard]] bool replace(std::uint32_t from, std::uint32_t to) {
        return value_.compare_exchange_strong(from, to, std::memory_order_acquire);
    }

    /// Waits until the value differs from `old` and returns it. Reads the value `spins` times before it
    /// sleeps. In a child of `fork` (see Process), where no thread is left to change the value, it returns
    /// the current value, usually `old`, instead of sleeping.
    [[nodiscard]] std::uint32_t wait_while(std::uint32_t old, int spins) {
        for (int i = 0; i < spins; ++i) {
            const std::uint32_t value = value_.load(std::memory_order_acquire);
            if (value != old) return value;
            pause();
        }
        return sleep_while(old);
    }

private:
    static void pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
        __builtin_ia32_pause();
#elif defined(__aarch64__)
        asm volatile("yield");
#endif
    }

    [[gnu::noinline]] std::uint32_t sleep_while(std::uint32_t old) {
        if (!home_.is_current()) return value_.load(std::memory_order_acquire);
        std::unique_lock lock(mutex_);
        sleepers_.fetch_add(1, std::memory_order_seq_cst);
        std::uint32_t value = old;
        while ((value = value_.load(std::memory_order_seq_cst)) == old) changed_.wait(lock);
        sleepers_.fetch_sub(1, std::memory_order_relaxed);
        return value;
    }

    void wake() {
        if (sleepers_.load(std::memory_order_seq_cst) != 0) wake_sleepers();
    }

    [[gnu::noinline]] void wake_sleepers() {
        if (!home_.is_current()) return forget_sleepers();
        const std::lock_guard lock(mutex_);
        changed_.notify_all();
    }

    // In a child of `fork` the sleeping threads do not exist. One of them may have held the lock, and the
    // condition variable still counts them, so its destructor could hang: both are constructed anew.
    void forget_sleepers() noexcept {
        sleepers_.store(0, std::memory_order_relaxed);
        std::construct_at(&mutex_);
        std::construct_at(&changed_);
    }

    typename Means::Atomic value_;
    typename Means::Atomic sleepers_{0};
    Process home_{};
    typename Means::Mutex mutex_{};
    typename Means::Condition changed_{};
};

/// A BasicSharedWord with the primitives of the standard library.
using SharedWord = BasicSharedWord<StandardMeans>;

}  // namespace alrao::detail
