#pragma once

#include <alrao/check/detail/same_bits.hpp>
#include <alrao/ops/context.hpp>
#include <alrao/tensor/memory.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace alrao::check {

/// Copies the arrays of a call into separate memory, with NaN before, after and between their rows, and copies the
/// results back.
template <class T>
class Fence {
public:
    /// Copies `rows` rows of `columns` contiguous numbers from `data`. Returns the address of the copy, in
    /// which consecutive rows are `stride` numbers apart; null if `data` is. An empty array also gets an
    /// address, so that writing to it is detected. `may_write`: whether the call may change the array.
    T* around(T* data, std::size_t rows, std::size_t columns, std::size_t stride, bool may_write) {
        if (data == nullptr && rows * columns > 0) return nullptr;  // not part of this call
        parts_.push_back(
            {data, AlignedBuffer<T>(2 * margin + rows * stride), rows, columns, stride, may_write});
        Part& part = parts_.back();
        std::fill_n(part.memory.data(), part.memory.size(), wire);
        for (std::size_t r = 0; r < rows; ++r)
            std::copy_n(data + r * columns, columns, part.memory.data() + margin + r * stride);
        return part.memory.data() + margin;
    }
    /// As above, with `gap` numbers between the rows of a block.
    template <class Element>
    void around(Block<Element>& block, std::size_t gap, bool may_write) {
        if (!block) return;
        block.stride = block.channels + gap;
        block.data = around(const_cast<T*>(block.data), block.rows, block.channels, block.stride, may_write);
    }

    /// Whether the NaN around the arrays, and the arrays that the call must not change, are unchanged.
    [[nodiscard]] bool intact() const {
        const auto is_wire = [](const T* from, std::size_t count) {
            return std::all_of(from, from + count, [](T number) { return same_bits(number, wire); });
        };
        for (const Part& part : parts_) {
            const T* const first = part.memory.data() + margin;
            if (!is_wire(part.memory.data(), margin) || !is_wire(first + part.rows * part.stride, margin))
                return false;
            for (std::size_t r = 0; r < part.rows; ++r) {
                const T *const row = first + r * part.stride, *const before = part.data + r * part.columns;
                if (!is_wire(row + part.columns, part.stride - part.columns)) return false;
                if (!part.may_write && !std::equal(row, row + part.columns, before, same_bits<T>))
                    return false;
            }
        }
        return true;
    }
    /// Copies the writable arrays back into the memory of the call.
    void move_back() {
        for (const Part& part : parts_)
            for (std::size_t r = 0; r < part.rows && part.may_write; ++r)
                std::copy_n(part.memory.data() + margin + r * part.stride, part.columns,
                            part.data + r * part.columns);
    }

private:
    struct Part {
        T* data;
        AlignedBuffer<T> memory;
        std::size_t rows, columns, stride;
        bool may_write;
    };
    static constexpr std::size_t margin = 256;  // in numbers; preserves the alignment
    static constexpr T wire = std::numeric_limits<T>::quiet_NaN();
    std::vector<Part> parts_;
};

}  // namespace alrao::check
