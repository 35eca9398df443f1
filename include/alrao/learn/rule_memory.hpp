#pragma once

#include <alrao/graph/parameter_table.hpp>
#include <alrao/learn/detail/feature_columns.hpp>
#include <alrao/tensor/memory.hpp>

#include <array>
#include <cstddef>
#include <utility>

namespace alrao {

/// The buffers that an update rule keeps between steps, such as momentum or Adam's averages. Each buffer has
/// the layout of the network's parameter buffer. All numbers are 0 at first.
template <class Net>
class RuleMemory {
public:
    using T = typename Net::scalar;  ///< scalar type of the parameters

    /// `buffers`: their number, the rule's `states()`.
    explicit RuleMemory(std::size_t buffers) : buffers_(buffers), numbers_(size()) {}

    /// The number of buffers.
    [[nodiscard]] std::size_t buffers() const { return buffers_; }
    /// Buffer k: [Net::parameter_elements].
    [[nodiscard]] T* buffer(std::size_t k) { return numbers_.data() + k * Net::parameter_elements; }
    [[nodiscard]] const T* buffer(std::size_t k) const {
        return numbers_.data() + k * Net::parameter_elements;
    }
    /// Pointers to the numbers of parameter p in the first `Count` buffers.
    template <std::size_t Count>
    [[nodiscard]] std::array<T*, Count> of(std::size_t p) {
        std::array<T*, Count> pointers{};
        for (std::size_t k = 0; k < Count; ++k) pointers[k] = buffer(k) + Net::parameters[p].offset;
        return pointers;
    }
    template <std::size_t Count>
    [[nodiscard]] std::array<const T*, Count> of(std::size_t p) const {
        std::array<const T*, Count> pointers{};
        for (std::size_t k = 0; k < Count; ++k) pointers[k] = buffer(k) + Net::parameters[p].offset;
        return pointers;
    }

    /// Sets the numbers of one feature of a parameter to 0 in all buffers.
    [[gnu::cold]] void clear_feature(const ParameterEntry& entry, std::size_t feature) {
        for (std::size_t k = 0; k < buffers_; ++k) detail::clear_feature(buffer(k), entry, feature);
    }

    /// All buffers, one after the other. Empty after a move.
    [[nodiscard]] const AlignedBuffer<T>& numbers() const { return numbers_; }
    /// The size of `numbers()`, also after a move.
    [[nodiscard]] std::size_t size() const { return buffers_ * Net::parameter_elements; }
    /// Replaces all numbers. `numbers` [size()].
    void restore(AlignedBuffer<T>&& numbers) { numbers_ = std::move(numbers); }

private:
    std::size_t buffers_;
    AlignedBuffer<T> numbers_;
};

}  // namespace alrao
