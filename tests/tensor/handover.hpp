#pragma once

// Scenarios for the simulated memory of interleavings.hpp: SharedWord itself, and its uses in Threads and
// BatchAhead, copied line by line from the headers.

#include <alrao/tensor/shared_word.hpp>

#include "interleavings.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace handover {

using interleavings::Atomic;
using interleavings::BasicAtomic;
using interleavings::expect;
using interleavings::Order;

constexpr auto ended = static_cast<std::uint32_t>(interleavings::at_its_end);

template <class AtomicWord, class AnyMutex = interleavings::Mutex>
struct Means {
    using Atomic = AtomicWord;
    using Mutex = AnyMutex;
    using Condition = interleavings::Condition;
};
using Word = alrao::detail::BasicSharedWord<Means<Atomic>>;

// Variants of SharedWord, each without one of its guarantees.
using ToldByRelease = alrao::detail::BasicSharedWord<Means<BasicAtomic<Order::release>>>;
using LooksByAcquire = alrao::detail::BasicSharedWord<Means<BasicAtomic<Order::sequential, Order::relaxed>>>;
struct NoMutex : interleavings::Mutex {
    void lock() {}
    void unlock() {}
};
using WithoutMutex = alrao::detail::BasicSharedWord<Means<Atomic, NoMutex>>;

/// std::atomic::wait and notify of libstdc++ 12 on systems with a futex, after a store with this memory
/// order.
template <std::memory_order order>
class AtomicWait {
public:
    explicit AtomicWait(std::uint32_t value = 0) : value_(value) {}
    void tell(std::uint32_t value) {
        value_.store(value, order);
        notify();
    }
    void count() {
        value_.fetch_add(1, order);
        notify();
    }
    void set(std::uint32_t value) { value_.store(value, std::memory_order_release); }
    bool replace(std::uint32_t from, std::uint32_t to) {
        return value_.compare_exchange_strong(from, to, std::memory_order_acquire);
    }
    std::uint32_t wait_while(std::uint32_t old, int) {
        sleepers_.fetch_add(1, std::memory_order_seq_cst);
        std::uint32_t value = old;
        while ((value = value_.load(std::memory_order_acquire)) == old) value_.wait_if(old);
        sleepers_.fetch_sub(1,
                            std::memory_order_relaxed);  // libstdc++ uses release, which makes no difference
        return value;
    }

private:
    void notify() {
        if (sleepers_.load(std::memory_order_seq_cst) != 0) value_.wake_all();
    }
    Atomic value_, sleepers_{0};
};

/// tensor/threads.hpp: several regions of the caller (thread 0) and its workers, then the end of the team.
template <class AnyWord>
class Team {
public:
    Team(std::uint32_t workers, std::uint32_t regions) : workers_(workers), regions_(regions) {}

    std::uint32_t run(std::size_t thread, std::uint32_t place) {
        return thread == 0 ? run(place) : work(thread, place);
    }

private:
    enum : std::uint32_t { idle, offered, taken };
    static constexpr int spins = 1;
    struct Part {
        AnyWord offer{idle};
        Atomic calls{0};
    };

    /// Places of the caller: before a region, and before it checks the call of each worker.
    std::uint32_t run(std::uint32_t place) {
        const std::uint32_t region = place / (workers_ + 1) + 1, w = place % (workers_ + 1);
        if (w > 0) {
            Part& part = parts_[w];
            if (part.offer.replace(offered, idle)) {
                call(w);
            } else {
                expect(part.offer.wait_while(taken, spins) == idle);
            }
            expect(part.calls.load(std::memory_order_relaxed) == region);
        } else if (region <= regions_) {
            context_.store(region, std::memory_order_relaxed);
            for (std::uint32_t i = 1; i <= workers_; ++i) parts_[i].offer.set(offered);
            region_.count();
        } else {
            stop_.store(1, std::memory_order_relaxed);
            region_.count();
            return ended;
        }
        return place + 1;
    }

    /// Places of a worker: before it waits, and before it takes an offered call, for each number of seen
    /// regions.
    std::uint32_t work(std::size_t w, std::uint32_t place) {
        const std::uint32_t seen = place / 2;
        if (place % 2 == 0) {
            const std::uint32_t region = region_.wait_while(seen, spins);
            if (region == seen || stop_.load(std::memory_order_relaxed) != 0) return ended;
            return 2 * region + 1;
        }
        if (parts_[w].offer.replace(offered, taken)) {
            call(w);
            parts_[w].offer.tell(idle);
        }
        return 2 * seen;
    }

    /// Checks that the caller's writes are visible and that this call of the region runs only once.
    void call(std::size_t w) {
        const std::uint32_t calls = parts_[w].calls.load(std::memory_order_relaxed) + 1;
        expect(context_.load(std::memory_order_relaxed) == calls);
        parts_[w].calls.store(calls, std::memory_order_relaxed);
    }

    std::uint32_t workers_, regions_;
    Atomic context_, stop_;
    AnyWord region_{0};
    std::array<Part, 3> parts_{};
};

/// train/detail/batch_ahead.hpp: the caller (thread 0) takes a batch while the maker prepares the next; the
/// last batch is discarded.
template <class AnyWord>
class Batches {
public:
    explicit Batches(std::uint32_t batches) : batches_(batches) {}

    std::uint32_t run(std::size_t thread, std::uint32_t place) { return thread == 0 ? run(place) : work(); }

private:
    enum : std::uint32_t { done, asked, stopped };
    static constexpr int spins = 1;

    /// Places of the caller: before it requests a batch, and before it takes it.
    std::uint32_t run(std::uint32_t place) {
        const std::uint32_t batch = place / 2 + 1;
        const std::uint32_t state = state_.wait_while(asked, spins);
        expect(state == done);
        if (place % 2 == 1) {
            expect(made_.load(std::memory_order_relaxed) == batch);
        } else if (batch <= batches_ + 1) {
            samples_.store(batch, std::memory_order_relaxed);
            state_.tell(asked);
            if (batch > batches_) return place + 2;
        } else {
            state_.tell(stopped);
            return ended;
        }
        return place + 1;
    }

    std::uint32_t work() {
        if (state_.wait_while(done, spins) != asked) return ended;
        made_.store(samples_.load(std::memory_order_relaxed), std::memory_order_relaxed);
        state_.tell(done);
        return 0;
    }

    std::uint32_t batches_;
    Atomic samples_, made_;
    AnyWord state_{done};
};

}  // namespace handover
