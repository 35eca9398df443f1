#pragma once

#include <alrao/tensor/denormals.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/process.hpp>
#include <alrao/tensor/shared_word.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

namespace alrao {

/// The half-open interval [begin, end) of indices.
struct Range {
    std::size_t begin, end;
    [[nodiscard]] constexpr std::size_t size() const noexcept { return end - begin; }
    [[nodiscard]] constexpr bool empty() const noexcept { return begin == end; }
    friend constexpr bool operator==(const Range&, const Range&) = default;
};

/// Part number `part` of [0, n) when it is split into `parts` contiguous ranges. All boundaries are
/// multiples of `granule`, except n. Sizes differ by at most one granule; the last ranges may be empty.
[[nodiscard]] constexpr Range split_range(std::size_t n, int parts, int part,
                                          std::size_t granule = 1) noexcept {
    const auto count = static_cast<std::size_t>(parts);
    const auto index = static_cast<std::size_t>(part);
    const std::size_t blocks = (n + granule - 1) / granule;
    const auto cut = [&](std::size_t i) {
        return std::min(n, (blocks / count * i + std::min(i, blocks % count)) * granule);
    };
    return {cut(index), cut(index + 1)};
}

/// A thread pool of `count` threads, including the thread that calls `run`, which is thread 0. `run` does
/// not allocate memory. Idle workers spin for some tens of microseconds and then sleep.
///
/// A child of `fork` can continue to use a pool of its parent: its only thread executes all calls of
/// `run`, with the same results, and the pool can be destroyed. This holds for a fork outside of `run`,
/// and for a fork by another thread at any time if malloc works afterwards (as in glibc). After a fork
/// from a call within `run`, the child cannot complete that `run`.
class Threads {
public:
    /// Starts `count - 1` worker threads. Throws `ArgumentError` if count < 1.
    [[gnu::cold]] explicit Threads(int count = 1) : count_(count) {
        if (count < 1) {
            fail({"alrao: Threads: the number of threads must be at least 1, got ", count});
        }
        const auto cores = std::thread::hardware_concurrency();
        // With more threads than cores, spinning threads would take time from working ones.
        if (cores != 0 && static_cast<unsigned>(count) > cores) spins_ = 0;
        offers_ = std::make_unique<Offer[]>(static_cast<std::size_t>(count));
        team_ = std::make_unique<std::thread[]>(static_cast<std::size_t>(count));
#if defined(__cpp_exceptions)
        try {
            for (int i = 1; i < count; ++i) worker(i) = std::thread([this, i] { work(i); });
        } catch (...) {
            stop();
            throw;
        }
#else
        for (int i = 1; i < count; ++i) worker(i) = std::thread([this, i] { work(i); });
#endif
    }

    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;
    ~Threads() { stop(); }

    /// Number of threads, including the caller of `run`.
    [[nodiscard]] int count() const noexcept { return count_; }

    /// Calls `f(thread)` once for every `thread` in [0, count()) and returns when all calls have ended.
    /// Each call runs on its own thread or, if its worker has not started it in time, on the calling
    /// thread; therefore calls must not wait for each other. If calls throw, one of the exceptions is
    /// rethrown after the last call has ended. A nested `run`, or a `run` by a second thread at the same
    /// time, makes its calls one after the other on the calling thread. Workers treat denormal numbers as the
    /// calling thread does (DenormalMode).
    template <class F>
    void run(F&& f) {
        using Function = std::remove_reference_t<F>;
        run([](void* context, int thread) { (*static_cast<Function*>(context))(thread); },
            const_cast<void*>(static_cast<const volatile void*>(std::addressof(f))));
    }

private:
    using Call = void (*)(void* context, int thread);

    // Not a template, so that this code is compiled once and not for every kernel.
    void run(Call f, void* context) {
        if (count_ == 1 || busy_.exchange(true, std::memory_order_acquire)) {
            for (int i = 0; i < count_; ++i) f(context, i);
            return;
        }
        context_ = context;
        call_ = f;
        denormals_ = DenormalMode::current();
        for (int i = 1; i < count_; ++i) offer(i).set(offered);
        region_.count();
        call(0);
        // Calls that workers have not started yet are executed here: if other programs occupy the cores,
        // `run` does not wait until its workers are scheduled.
        for (int i = 1; i < count_; ++i) {
            if (offer(i).replace(offered, idle)) {
                call(i);
            } else if (offer(i).wait_while(taken, spins_) != idle) {
                fail<Error>(
                    "alrao: Threads: fork was called within run: the child process has no worker threads to "
                    "complete the run");
            }
        }
#if defined(__cpp_exceptions)
        std::exception_ptr problem;
        if (failed_.load(std::memory_order_relaxed)) {
            problem = std::exchange(error_, nullptr);
            failed_.store(false, std::memory_order_relaxed);
        }
        busy_.store(false, std::memory_order_release);
        if (problem) std::rethrow_exception(problem);
#else
        busy_.store(false, std::memory_order_release);
#endif
    }

    /// State of a worker's call: nothing to do, not started yet (the worker or the caller of `run` may take
    /// it), started by the worker.
    enum : std::uint32_t { idle, offered, taken };
    struct alignas(64) Offer {
        detail::SharedWord state{idle};
    };
    detail::SharedWord& offer(int thread) noexcept { return offers_[static_cast<std::size_t>(thread)].state; }

    std::thread& worker(int thread) noexcept { return team_[static_cast<std::size_t>(thread)]; }

    void call(int thread) noexcept {
#if defined(__cpp_exceptions)
        try {
            call_(context_, thread);
        } catch (...) {
            if (!failed_.exchange(true, std::memory_order_relaxed)) {
                error_ = std::current_exception();
            }
        }
#else
        call_(context_, thread);
#endif
    }

    void work(int thread) noexcept {
        for (std::uint32_t seen = 0;;) {
            const std::uint32_t region = region_.wait_while(seen, spins_);
            // No new region: this is a child process, forked from within a call.
            if (region == seen || stop_.load(std::memory_order_relaxed)) return;
            seen = region;
            // The caller may have executed this worker's call already; then the state is idle, or offered
            // by a later region.
            if (!offer(thread).replace(offered, taken)) continue;
            denormals_.apply();
            call(thread);
            offer(thread).tell(idle);
        }
    }

    void stop() noexcept {
        stop_.store(true, std::memory_order_relaxed);
        region_.count();
        for (int i = 1; i < count_; ++i) home_.join(worker(i));
    }

    // Words written by different threads are on separate cache lines.
    /// Number of the current region: `run` and `stop` add 1, and idle workers wait until it changes.
    alignas(64) detail::SharedWord region_{0};
    alignas(64) std::atomic<bool> busy_{false};
    std::atomic<bool> failed_{false};
    std::atomic<bool> stop_{false};
    Call call_ = nullptr;
    void* context_ = nullptr;
    DenormalMode denormals_ = DenormalMode::current();  ///< of the caller of `run`
    std::exception_ptr error_;
    detail::Process home_{};
    int count_;
    int spins_ = 2000;  // some tens of microseconds
    std::unique_ptr<Offer[]> offers_;
    std::unique_ptr<std::thread[]> team_;  ///< `count` handles; the first is unused (the caller of run)
};

}  // namespace alrao
