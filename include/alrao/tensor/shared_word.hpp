#pragma once

#include <alrao/tensor/process.hpp>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>

namespace alrao::detail {

/// What a SharedWord is made of. Its test puts a memory in their place of which it sees every
/// order.
struct StandardMeans {
    using Atomic = std::atomic<std::uint32_t>;
    using Mutex = std::mutex;
    using Condition = std::condition_variable;
};

/// A number by which threads tell each other how far they are. Who waits for its change spins
/// first, then sleeps; who changes it makes no system call unless somebody sleeps.
///
/// No change is missed by a sleeper, on any processor and with any standard library. The two
/// threads execute, in this order,
///
///     teller:  A  value_ = new          sleeper:  C  ++sleepers_      (holding mutex_)
///              B  sleepers_ == 0 ?                D  value_ == old ?
///
/// and all four are sequentially consistent, so they have one order S that agrees with what each
/// load reads ([atomics.order]).
/// - If B does not see C, then A < B < C < D in S: D reads what A wrote, or something later, and
///   the sleeper does not sleep.
/// - If B sees C, the teller locks mutex_. The sleeper has held it since before C and gives it back
///   only when it has seen the change, or as it begins to wait, in one atomic step. So when the
///   teller has the lock, the sleeper either waits, and notify_all wakes it, or is past waiting.
///   It looks again after each wake-up, and then A happens before D by the lock.
/// What makes this right is the order of A before B: were A a release store, B could be executed
/// while A is still in a store buffer (x86 too), and both threads would miss each other.
/// std::atomic::wait and notify do the same in libstdc++ 12, with a load as B, but leave A to the
/// caller; and where there is no futex, D and the beginning of the wait are not one step there.
///
/// The condition variable is told with the lock held, and all of its waiters are: glibc before 2.41
/// can lose a notify_one, and macOS a notify_all that is made without the lock.
///
/// Required: a value does not come back before all who wait for its end have returned.
template <class Means>
class BasicSharedWord {
public:
    explicit BasicSharedWord(std::uint32_t value = 0) : value_(value) {}
    BasicSharedWord(const BasicSharedWord&) = delete;
    BasicSharedWord& operator=(const BasicSharedWord&) = delete;
    ~BasicSharedWord() {
        if (!home_.is_current()) forget_sleepers();
    }

    /// Sets the value and wakes who waits for it. What this thread wrote before is visible to
    /// threads that see the new value.
    void tell(std::uint32_t value) {
        value_.store(value, std::memory_order_seq_cst);
        wake();
    }

    /// Adds 1, and wakes likewise.
    void count() {
        value_.fetch_add(1, std::memory_order_seq_cst);
        wake();
    }

    /// Sets a value for those who come to look: nobody may be waiting.
    void set(std::uint32_t value) { value_.store(value, std::memory_order_release); }

    /// Sets `to` if the value is `from`, and says whether it did. Nobody may be waiting.
    [[nodiscard]] bool replace(std::uint32_t from, std::uint32_t to) {
        return value_.compare_exchange_strong(from, to, std::memory_order_acquire);
    }

    /// The value once it differs from `old`. Looks `spins` times before it sleeps. In a fork's
    /// child (see Process), where nobody is left to change it, it returns `old` instead of
    /// sleeping.
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

    // In a fork's child: the sleepers do not exist, one of them may have held the lock, and the
    // condition variable, which counts them, must not be destroyed as it is.
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

using SharedWord = BasicSharedWord<StandardMeans>;

}  // namespace alrao::detail
