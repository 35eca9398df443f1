#pragma once

#include <alrao/model/arrays.hpp>
#include <alrao/shape/extents.hpp>
#include <alrao/tensor/fail.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace alrao::detail {

/// Where the samples of a Dataset lie in the caller's memory, and what belongs to each.
template <class T>
class Samples {
public:
    [[nodiscard]] std::size_t size() const { return order_.empty() ? count_ : order_.size(); }
    [[nodiscard]] const Extents& sample() const { return sample_; }
    [[nodiscard]] std::size_t sample_size() const { return sample_.size(); }
    [[nodiscard]] bool has_labels() const { return labels_ != nullptr; }
    [[nodiscard]] bool has_targets() const { return targets_ != nullptr; }
    [[nodiscard]] bool has_selected() const { return selected_ != nullptr; }
    [[nodiscard]] bool has_weights() const { return !class_weights_.empty(); }
    /// Targets of a sample; 0 in classification.
    [[nodiscard]] std::size_t outputs() const { return outputs_; }
    /// Weight of each class, see with_class_weights; empty without.
    [[nodiscard]] std::span<const T> class_weights() const { return class_weights_; }

    /// Whether sample i lies i-th in memory, so that batches need no copy.
    [[nodiscard]] bool in_memory_order() const { return order_.empty(); }
    /// Where sample i lies in memory.
    [[nodiscard]] std::size_t place(std::size_t i) const { return order_.empty() ? i : order_[i]; }
    [[nodiscard]] const T* inputs(std::size_t i) const { return inputs_ + place(i) * sample_.size(); }
    [[nodiscard]] std::int32_t label(std::size_t i) const { return labels_[place(i)]; }
    [[nodiscard]] const T* targets(std::size_t i) const { return targets_ + place(i) * outputs_; }
    [[nodiscard]] std::int32_t selected(std::size_t i) const { return selected_[place(i)]; }
    [[nodiscard]] const std::int32_t* label_data(std::size_t i) const { return labels_ + i; }
    [[nodiscard]] const std::int32_t* selected_data(std::size_t i) const { return selected_ + i; }
    /// Weight of sample i in the loss: that of its class, or 1 without class weights.
    [[nodiscard]] T weight(std::size_t i) const {
        return class_weights_.empty() ? T(1) : class_weights_[static_cast<std::size_t>(label(i))];
    }

protected:
    Samples() = default;
    void require_sample() const {
        if (sample_.size() == 0) fail("alrao: Dataset: a sample needs at least one number");
    }
    [[nodiscard]] std::size_t per_sample(std::size_t numbers, const char* what) const {
        if (count_ == 0 || numbers % count_ != 0)
            fail({"alrao: Dataset: ", numbers, " ", what, " for ", count_,
                  " samples is no whole number each"});
        return numbers / count_;
    }
    void require_memory(const void* first, const char* what) const {
        if (first == nullptr && count_ > 0)
            fail({"alrao: Dataset: the pointer to the ", what, " of ", count_, " samples is null"});
    }
    template <class Array>
    [[nodiscard]] Extents sample_of(const Array& array) const {
        if constexpr (ShapedArray<Array>) {
            const Extents extents = detail::sample_extents(array, "inputs");
            if (static_cast<std::size_t>(array.shape()[0]) != count_)
                fail({"alrao: Dataset: inputs of ", array.shape()[0], " samples with labels or targets of ",
                      count_});
            return extents;
        } else {
            return Extents{per_sample(array.size(), "input numbers")};
        }
    }

    const T* inputs_ = nullptr;
    const std::int32_t* labels_ = nullptr;
    const T* targets_ = nullptr;
    const std::int32_t* selected_ = nullptr;
    std::size_t count_ = 0, outputs_ = 0;
    Extents sample_{};
    std::vector<std::size_t> order_;  // empty: all, as they lie
    std::vector<T> class_weights_;
};

}  // namespace alrao::detail
