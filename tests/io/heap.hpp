#pragma once

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

/// Counts the bytes allocated by `new`, in a program of which one translation unit includes counting_new.hpp.
struct Heap {
    static inline std::atomic<std::size_t> live{0};
    static inline std::atomic<std::size_t> peak{0};

    static void* try_take(std::size_t size) noexcept {
        void* pointer = std::malloc(std::max<std::size_t>(size, 1));
        if (pointer == nullptr) {
            return nullptr;
        }
        const std::size_t now = live += ::malloc_usable_size(pointer);
        peak = std::max(peak.load(), now);
        return pointer;
    }

    static void* take(std::size_t size) {
        void* pointer = try_take(size);
        if (pointer == nullptr) {
            throw std::bad_alloc();
        }
        return pointer;
    }

    static void give(void* pointer) noexcept {
        live -= pointer == nullptr ? 0 : ::malloc_usable_size(pointer);
        std::free(pointer);
    }

    /// Returns the largest number of bytes allocated at one time during `action`, minus those allocated
    /// before.
    template <class Action>
    static std::size_t peak_of(Action action) {
        const std::size_t before = live;
        peak = before;
        action();
        return peak - before;
    }
};
