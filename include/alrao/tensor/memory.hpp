#pragma once

#include <alrao/tensor/fail.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <new>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

namespace alrao {

/// Alignment in bytes of every buffer and of every array inside a buffer (a cache line).
inline constexpr std::size_t memory_alignment = 64;

/// An array of `size` elements that owns its memory, aligned to `memory_alignment` and initialised with
/// zeros. Copies are deep; a moved-from buffer is empty. Functions that allocate are not inlined: they are
/// never in a hot path, and inlining them would only enlarge the code.
template <class T>
class AlignedBuffer {
    static_assert(std::is_trivially_copyable_v<T>, "alrao: AlignedBuffer<T> needs a trivially copyable T");
    static_assert(alignof(T) <= memory_alignment);

public:
    AlignedBuffer() = default;

    /// Throws `ArgumentError` when `size` elements exceed the address space, `std::bad_alloc` when
    /// there is no memory.
    [[gnu::noinline]] explicit AlignedBuffer(std::size_t size) : data_(allocate(size)), size_(size) {
        std::fill_n(data_, size_, T{});
    }

    [[gnu::noinline]] AlignedBuffer(const AlignedBuffer& other)
        : data_(allocate(other.size_)), size_(other.size_) {
        std::copy_n(other.data_, size_, data_);
    }

    AlignedBuffer(AlignedBuffer&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

    AlignedBuffer& operator=(AlignedBuffer other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }

    [[gnu::noinline]] ~AlignedBuffer() { ::operator delete(data_, std::align_val_t{memory_alignment}); }

    [[nodiscard]] T* data() noexcept { return data_; }
    [[nodiscard]] const T* data() const noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::span<T> span() noexcept { return {data_, size_}; }
    [[nodiscard]] std::span<const T> span() const noexcept { return {data_, size_}; }

private:
    static T* allocate(std::size_t size) {
        constexpr auto most = std::numeric_limits<std::ptrdiff_t>::max() / sizeof(T);
        if (size > most) {
            fail({"alrao: AlignedBuffer: ", size, " elements of ", sizeof(T),
                  " bytes exceed the address space"});
        }
        if (size == 0) return nullptr;
        return static_cast<T*>(::operator new(size * sizeof(T), std::align_val_t{memory_alignment}));
    }

    T* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace alrao
