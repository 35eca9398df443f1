#pragma once

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

/// Piece `part` of [0, n) cut into `parts` contiguous pieces. All cuts are multiples of `granule`, sizes
/// differ by one granule at most (the rest at the end of n aside), later pieces may be empty.
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

/// A team of `count` threads that the object owns; the caller of `run` is thread 0 of them. A region
/// allocates nothing. Idle workers spin for some tens of microseconds, then sleep in the kernel.
///
/// A child of `fork` may go on with a team that it did not make: its one thread makes all calls of a
/// region, with the same results, and the team can be destroyed. This holds for a fork between
/// regions, and for one by another thread at any time if the system's malloc works after that (as
/// glibc's does). After a fork from within a region the child cannot end that region.
class Threads {
public:
    /// Starts `count - 1` workers. Throws `ArgumentError` when count < 1.
    [[gnu::cold]] explicit Threads(int count = 1) : count_(count) {
        if (count < 1) {
            fail({"alrao: Threads: a team needs at least 1 thread, got ", count});
        }
        const auto cores = std::thread::hardware_concurrency();
        // Spinning threads that outnumber the cores would only keep each other from working.
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

    [[nodiscard]] int count() const noexcept { return count_; }

    /// Calls `f(thread)` once for every thread in [0, count()), each on a thread of its own or, where that
    /// one is late, on the caller's, and returns when all are done: calls must not wait for each other.
    /// If calls threw, one of the exceptions is rethrown, after the last call has ended.
    /// A `run` inside a `run`, or from a second thread at once, makes its calls one after the other on
    /// the calling thread.
    template <class F>
    void run(F&& f) {
        using Function = std::remove_reference_t<F>;
        run([](void* context, int thread) { (*static_cast<Function*>(context))(thread); },
            const_cast<void*>(static_cast<const volatile void*>(std::addressof(f))));
    }

private:
    using Call = void (*)(void* context, int thread);

    // No template: kernels are many, the way to their threads is one.
    void run(Call f, void* context) {
        if (count_ == 1 || busy_.exchange(true, std::memory_order_acquire)) {
            for (int i = 0; i < count_; ++i) f(context, i);
            return;
        }
        context_ = context;
        call_ = f;
        for (int i = 1; i < count_; ++i) offer(i).set(offered);
        region_.count();
        call(0);
        // What a worker has not begun is done here: where other programs keep the cores busy, a region
        // does not wait until its workers are given one.
        for (int i = 1; i < count_; ++i) {
            if (offer(i).replace(offered, idle)) {
                call(i);
            } else if (offer(i).wait_while(taken, spins_) != idle) {
                fail<Error>("alrao: Threads: a fork within a region: its child has no thread to end it");
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

    /// The part of a region that is one worker's: nobody's, for whoever comes first, begun by the worker.
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
            // The same region again: this is the child of a fork that a call has made.
            if (region == seen || stop_.load(std::memory_order_relaxed)) return;
            seen = region;
            // A worker that comes too late finds nothing, or the offer of a later region.
            if (!offer(thread).replace(offered, taken)) continue;
            call(thread);
            offer(thread).tell(idle);
        }
    }

    void stop() noexcept {
        stop_.store(true, std::memory_order_relaxed);
        region_.count();
        for (int i = 1; i < count_; ++i) home_.join(worker(i));
    }

    // The words that threads write to each other sit on cache lines of their own.
    alignas(64) detail::SharedWord region_{0};
    alignas(64) std::atomic<bool> busy_{false};
    std::atomic<bool> failed_{false};
    std::atomic<bool> stop_{false};
    Call call_ = nullptr;
    void* context_ = nullptr;
    std::exception_ptr error_;
    detail::Process home_{};
    int count_;
    int spins_ = 2000;  // some tens of microseconds
    std::unique_ptr<Offer[]> offers_;
    std::unique_ptr<std::thread[]> team_;  ///< of `count`, the first one idle: it is the caller
};

}  // namespace alrao
