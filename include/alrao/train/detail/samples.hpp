#pragma once

#include <alrao/model/arrays.hpp>
#include <alrao/shape/extents.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace alrao::detail {

/// The members of Dataset that do not depend on its constructors: pointers to the samples, and access to each
/// of them.
template <class T>
class Samples {
public:
    /// The number of samples; of a `part`, those of the part.
    [[nodiscard]] std::size_t size() const { return order_.empty() ? count_ : order_.size(); }
    /// The extents of the inputs of one sample, channels last.
    [[nodiscard]] const Extents& sample() const { return sample_; }
    /// The number of inputs of one sample, the product of its extents.
    [[nodiscard]] std::size_t sample_size() const { return sample_.size(); }
    /// Whether samples have labels (classification).
    [[nodiscard]] bool has_labels() const { return labels_ != nullptr; }
    /// Whether samples have targets (regression).
    [[nodiscard]] bool has_targets() const { return targets_ != nullptr; }
    /// Whether each sample has one target, for one output of the network, see Dataset::with_selected.
    [[nodiscard]] bool has_selected() const { return selected_ != nullptr; }
    /// Whether there are class weights, see Dataset::with_class_weights.
    [[nodiscard]] bool has_weights() const { return !class_weights_.empty(); }
    /// The number of targets of a sample; 0 in classification.
    [[nodiscard]] std::size_t outputs() const { return outputs_; }
    /// The weights of the classes, see with_class_weights; empty without weights.
    [[nodiscard]] std::span<const T> class_weights() const { return class_weights_; }

    /// Whether sample i is the i-th in memory; batches in order then need no copy.
    [[nodiscard]] bool in_memory_order() const { return order_.empty(); }
    /// The index of sample i in memory.
    [[nodiscard]] std::size_t place(std::size_t i) const { return order_.empty() ? i : order_[i]; }
    // The following functions do not check that i is below size(), nor that the samples have such data.
    /// The inputs of sample i, [sample_size()].
    [[nodiscard]] const T* inputs(std::size_t i) const { return inputs_ + place(i) * sample_.size(); }
    /// The label of sample i, a class index from 0.
    [[nodiscard]] std::int32_t label(std::size_t i) const { return labels_[place(i)]; }
    /// The targets of sample i, [outputs()].
    [[nodiscard]] const T* targets(std::size_t i) const { return targets_ + place(i) * outputs_; }
    /// The index of the output to which the target of sample i belongs.
    [[nodiscard]] std::int32_t selected(std::size_t i) const { return selected_[place(i)]; }
    /// The address of the i-th label in memory and, below, of the i-th selected output, for
    /// in_memory_order().
    [[nodiscard]] const std::int32_t* label_data(std::size_t i) const { return labels_ + i; }
    [[nodiscard]] const std::int32_t* selected_data(std::size_t i) const { return selected_ + i; }
    /// The weight of sample i in the loss: that of its class, or 1 without class weights.
    [[nodiscard]] T weight(std::size_t i) const {
        return class_weights_.empty() ? T(1) : class_weights_[static_cast<std::size_t>(label(i))];
    }

protected:
    Samples() = default;

    void refer_to(const T* inputs, const std::int32_t* labels, std::size_t count, const Extents& sample) {
        inputs_ = inputs, labels_ = labels;
        count_ = count, sample_ = sample;
        require_sample();
        require_memory(inputs, "inputs");
        require_memory(labels, "labels");
    }
    void refer_to(const T* inputs, const T* targets, std::size_t count, const Extents& sample,
                  std::size_t outputs) {
        inputs_ = inputs, targets_ = targets;
        count_ = count, outputs_ = outputs, sample_ = sample;
        require_sample();
        require_memory(inputs, "inputs");
        require_memory(targets, "targets");
    }
    template <class Inputs, class Labels>
    void refer_to_labelled(const Inputs& inputs, const Labels& labels) {
        inputs_ = first_of<T>(inputs);
        labels_ = first_of<std::int32_t>(labels);
        count_ = labels.size();
        if constexpr (ShapedArray<Labels>) sample_extents(labels, "labels");
        sample_ = sample_of(inputs);
        require_sample();
    }
    template <class Inputs, class Targets>
    void refer_to_targeted(const Inputs& inputs, const Targets& targets) {
        inputs_ = first_of<T>(inputs);
        targets_ = first_of<T>(targets);
        if constexpr (ShapedArray<Targets>) {
            sample_extents(targets, "targets");
            count_ = static_cast<std::size_t>(targets.shape()[0]);
        } else if constexpr (ShapedArray<Inputs>) {
            count_ = static_cast<std::size_t>(inputs.shape()[0]);
        } else {
            count_ = targets.size();
        }
        outputs_ = per_sample(targets.size(), "targets");
        sample_ = sample_of(inputs);
        require_sample();
    }
    /// Refers to arrays, with the extents of a sample. `second`: labels or targets.
    template <class Inputs, class Second>
    void refer_to_plain(const Inputs& inputs, const Second& second, const Extents& sample) {
        inputs_ = first_of<T>(inputs);
        sample_ = sample;
        constexpr bool labels = HoldsOneOf<Second, std::int32_t>;
        if constexpr (ShapedArray<Inputs>) sample_extents(inputs, "inputs");
        if constexpr (ShapedArray<Second>) sample_extents(second, labels ? "labels" : "targets");
        require_sample();
        count_ = inputs.size() / sample.size();
        if (count_ * sample.size() != inputs.size())
            fail({"alrao: Dataset: ", inputs.size(), " input numbers are not a whole number of samples ",
                  extents_text(sample)});
        if constexpr (labels) {
            labels_ = first_of<std::int32_t>(second);
            if (second.size() != count_)
                fail({"alrao: Dataset: ", second.size(), " labels for ", count_, " samples ",
                      extents_text(sample)});
        } else {
            targets_ = first_of<T>(second);
            outputs_ = per_sample(second.size(), "targets");
        }
    }
    /// Replaces indices of samples by their indices in memory.
    void find_places(std::vector<std::size_t>& samples) const {
        if (samples.empty()) fail("alrao: Dataset::part: a part needs at least one sample");
        for (std::size_t& sample : samples) {
            if (sample >= size())
                fail({"alrao: Dataset::part: there is no sample ", sample, "; they count from 0 to ",
                      size() - 1});
            sample = place(sample);
        }
    }
    /// @throws ArgumentError if the weights are invalid or do not fit the labels
    void require_class_weights(const std::vector<T>& weights) const {
        if (!has_labels()) fail("alrao: Dataset: class weights need labels");
        for (const T weight : weights)
            if (!is_finite(weight) || weight < 0)
                fail({"alrao: Dataset: a class weight must be 0 or more, got ", weight});
        const T largest = weights.empty() ? T(1) : *std::max_element(weights.begin(), weights.end());
        if (largest > 0 && (largest < T(1e-30) || largest > T(1e30)))
            fail({"alrao: Dataset: the largest class weight is ", largest,
                  "; it must lie between 1e-30 and 1e30. Only the ratios of weights matter"});
        bool counts = size() == 0;
        for (std::size_t i = 0; i < size(); ++i) {
            if (label(i) < 0 || static_cast<std::size_t>(label(i)) >= weights.size())
                fail({"alrao: Dataset: label ", label(i), " of sample ", i,
                      " has no weight; the number of "
                      "weights is ",
                      weights.size()});
            counts = counts || weights[static_cast<std::size_t>(label(i))] > 0;
        }
        if (!counts) fail("alrao: Dataset: all samples have class weight 0: there is no loss");
    }
    void require_sample() const {
        if (sample_.size() == 0) fail("alrao: Dataset: a sample needs at least one number");
    }
    [[nodiscard]] std::size_t per_sample(std::size_t numbers, const char* what) const {
        if (count_ == 0 || numbers % count_ != 0)
            fail({"alrao: Dataset: ", numbers, " ", what, " for ", count_,
                  " samples are not a whole number for each"});
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
    std::vector<std::size_t> order_;  // indices in memory; empty: all samples, in memory order
    std::vector<T> class_weights_;
};

}  // namespace alrao::detail
