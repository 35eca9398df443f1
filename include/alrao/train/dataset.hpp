#pragma once

#include <alrao/model/arrays.hpp>
#include <alrao/shape/extents.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/number_text.hpp>
#include <alrao/tensor/refused.hpp>
#include <alrao/train/data_source.hpp>
#include <alrao/train/detail/dataset_call.hpp>
#include <alrao/train/detail/samples.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace alrao {

template <class T>
class DatasetReader;

/// Samples in the caller's memory: inputs, and for each sample a label (classification) or targets
/// (regression). A Dataset is a view: copies refer to the same numbers, which must outlive it and stay in
/// place; temporary arrays are rejected at compile time. Samples are contiguous, one after the other,
/// row-major; images have channels last. A Dataset is constructed from xtensors, vectors, spans, pointers with
/// extents, or the result of a reader of alrao::data.
/// @throws ArgumentError, from each constructor, on a null pointer, an empty sample, an array with gaps, or
/// different numbers of inputs and labels or targets
template <std::floating_point T>
class Dataset : public detail::Samples<T> {
    using Base = detail::Samples<T>;

public:
    /// Classification: inputs [count, `sample`], and labels [count], which are class indices from 0.
    Dataset(const T* inputs, const std::int32_t* labels, std::size_t count, const Extents& sample) {
        this->refer_to(inputs, labels, count, sample);
    }

    /// Regression: inputs [count, `sample`], and targets [count, outputs].
    Dataset(const T* inputs, const T* targets, std::size_t count, const Extents& sample,
            std::size_t outputs) {
        this->refer_to(inputs, targets, count, sample, outputs);
    }

    /// Classification: inputs [count, ...] and labels [count], from xtensors, vectors or spans.
    template <ArrayOf<T> Inputs, ArrayOf<std::int32_t> Labels>
        requires(detail::Lasting<Inputs> && detail::Lasting<Labels>)
    Dataset(Inputs&& inputs, Labels&& labels) {
        this->refer_to_labelled(inputs, labels);
    }

    /// Regression: inputs [count, ...] and targets [count] or [count, outputs], from xtensors, vectors or spans. Two
    /// vectors or spans mean one target per sample; for several targets, also pass the extents of a sample.
    template <ArrayOf<T> Inputs, ArrayOf<T> Targets>
        requires(detail::Lasting<Inputs> && detail::Lasting<Targets>)
    Dataset(Inputs&& inputs, Targets&& targets) {
        this->refer_to_targeted(inputs, targets);
    }

    /// Inputs, and labels or targets, from vectors or spans, with the extents of a sample, which determine the number
    /// of samples: `Dataset<float> data(inputs, labels, Extents{28, 28, 1});`.
    template <ArrayOf<T> Inputs, detail::HoldsOneOf<T, std::int32_t> Second>
        requires(detail::Lasting<Inputs> && detail::Lasting<Second> && detail::InOnePiece<Second>)
    Dataset(Inputs&& inputs, Second&& second, const Extents& sample) {
        this->refer_to_plain(inputs, second, sample);
    }

    /// As above, with the extents in braces: `{28, 28, 1}` in place of `Extents{28, 28, 1}`; with pointers
    /// also the count.
    template <class First, class Second, std::integral Size>
    Dataset(First&& inputs, Second&& second, std::initializer_list<Size> sample)
        : Dataset(std::forward<First>(inputs), std::forward<Second>(second), detail::extents_in(sample)) {}
    template <std::integral Size>
    Dataset(const T* inputs, const std::int32_t* labels, std::size_t count,
            std::initializer_list<Size> sample)
        : Dataset(inputs, labels, count, detail::extents_in(sample)) {}
    template <std::integral Size>
    Dataset(const T* inputs, const T* targets, std::size_t count, std::initializer_list<Size> sample,
            std::size_t outputs)
        : Dataset(inputs, targets, count, detail::extents_in(sample), outputs) {}

    /// Images with labels, as the readers of alrao::data return them.
    template <LabelledImagesOf<T> Images>
        requires std::is_lvalue_reference_v<Images>
    Dataset(Images&& data)
        : Dataset(detail::first_of<T>(data.images), detail::first_of<std::int32_t>(data.labels), data.count,
                  Extents{data.height, data.width, data.channels}) {
        if constexpr (ShapedArray<decltype(data.images)>) detail::sample_extents(data.images, "images");
        if constexpr (ShapedArray<decltype(data.labels)>) detail::sample_extents(data.labels, "labels");
        if (data.labels.size() != count_ || data.images.size() != count_ * this->sample_size())
            fail({"alrao: Dataset: ", data.images.size(), " pixels and ", data.labels.size(),
                  " labels are not ", count_, " images ", detail::extents_text(sample_)});
    }

    // Overloads for wrong arguments: a compile-time error with the reason, see dataset_call.hpp.
    template <class... Given,
              meta::FixedString Why =
                  "alrao: a Dataset is a view and would outlive these temporary images: keep them in a "
                  "variable">
        requires(detail::refused_by_argument &&
                 detail::dataset_fault<T, Given...>() == detail::DatasetFault::temporary_images)
    Dataset(Given&&...) = delete;
    template <class... Given>
        requires(detail::refused_by_attribute &&
                 detail::dataset_fault<T, Given...>() == detail::DatasetFault::temporary_images)
    __attribute__((
        unavailable("alrao: a Dataset is a view and would outlive these temporary images: keep them in a "
                    "variable"))) Dataset(Given&&...);
    template <class... Given,
              meta::FixedString Why =
                  "alrao: a Dataset is a view and would outlive these temporary arrays: keep them in a "
                  "variable">
        requires(detail::refused_by_argument &&
                 detail::dataset_fault<T, Given...>() == detail::DatasetFault::temporary)
    Dataset(Given&&...) = delete;
    template <class... Given>
        requires(detail::refused_by_attribute &&
                 detail::dataset_fault<T, Given...>() == detail::DatasetFault::temporary)
    __attribute__((
        unavailable("alrao: a Dataset is a view and would outlive these temporary arrays: keep them in a "
                    "variable"))) Dataset(Given&&...);
    template <class... Given,
              meta::FixedString Why =
                  "alrao: labels must be std::int32_t (targets of a regression: the type of the inputs): "
                  "std::vector<std::int32_t> labels(y.begin(), y.end());">
        requires(detail::refused_by_argument &&
                 detail::dataset_fault<T, Given...>() == detail::DatasetFault::labels)
    Dataset(Given&&...) = delete;
    template <class... Given>
        requires(detail::refused_by_attribute &&
                 detail::dataset_fault<T, Given...>() == detail::DatasetFault::labels)
    __attribute__((
        unavailable("alrao: labels must be std::int32_t (targets of a regression: the type of the inputs): "
                    "std::vector<std::int32_t> labels(y.begin(), y.end());"))) Dataset(Given&&...);
    template <
        class... Given,
        meta::FixedString Why =
            "alrao: inputs must have the scalar type of the Dataset, which is that of the network: convert "
            "them, std::vector<float> inputs(x.begin(), x.end()); or use Dataset<double> and Model<double, "
            "...>">
        requires(detail::refused_by_argument &&
                 detail::dataset_fault<T, Given...>() == detail::DatasetFault::inputs)
    Dataset(Given&&...) = delete;
    template <class... Given>
        requires(detail::refused_by_attribute &&
                 detail::dataset_fault<T, Given...>() == detail::DatasetFault::inputs)
    __attribute__((unavailable(
        "alrao: inputs must have the scalar type of the Dataset, which is that of the network: convert "
        "them, std::vector<float> inputs(x.begin(), x.end()); or use Dataset<double> and Model<double, "
        "...>"))) Dataset(Given&&...);
    template <
        class... Given,
        meta::FixedString Why =
            "alrao: a Dataset takes the inputs first, then labels or targets: Dataset<float> data(inputs, "
            "labels)">
        requires(detail::refused_by_argument &&
                 detail::dataset_fault<T, Given...>() == detail::DatasetFault::swapped)
    Dataset(Given&&...) = delete;
    template <class... Given>
        requires(detail::refused_by_attribute &&
                 detail::dataset_fault<T, Given...>() == detail::DatasetFault::swapped)
    __attribute__((unavailable(
        "alrao: a Dataset takes the inputs first, then labels or targets: Dataset<float> data(inputs, "
        "labels)"))) Dataset(Given&&...);
    template <meta::FixedString Why =
                  "alrao: a Dataset has no default constructor, because it refers to arrays: Dataset<float> "
                  "data(inputs, labels)">
        requires(detail::refused_by_argument)
    Dataset() = delete;
    template <class Nothing = void>
        requires(detail::refused_by_attribute)
    __attribute__((unavailable(
        "alrao: a Dataset has no default constructor, because it refers to arrays: Dataset<float> "
        "data(inputs, labels)"))) Dataset();
    template <class... Given>
        requires(detail::refused_in_words(detail::dataset_fault<T, Given...>()))
    explicit Dataset(Given&&...) {
        static_assert(sizeof(detail::RefusedDataset<detail::dataset_fault<T, Given...>()>) > 0);
    }

    /// Number and extents of the samples, see DataSource.
    [[nodiscard]] DataContents contents() const {
        return {.samples = this->size(),
                .sample = sample_,
                .outputs = outputs_,
                .selects_outputs = this->has_selected()};
    }
    /// A reader of the samples, see DataSource. It refers to this data set, which must outlive it.
    /// @throws ArgumentError on an empty data set, or a batch size of 0
    [[nodiscard]] DatasetReader<T> reader(const ReadOptions& options) const;

    /// The samples with these indices (from 0), in this order, without copying numbers.
    /// @throws ArgumentError if `samples` is empty, or an index is too large
    [[nodiscard]] Dataset part(std::vector<std::size_t> samples) const {
        this->find_places(samples);
        Dataset result = *this;
        result.order_ = std::move(samples);
        return result;
    }
    template <class Samples>
        requires(!std::is_convertible_v<Samples, std::vector<std::size_t>>)
    Dataset part(const Samples&) const {
        static_assert(sizeof(Samples*) == 0,
                      "alrao: a part is given by the indices of its samples, from 0: "
                      "std::vector<std::size_t> samples(first, last); data.part(samples)");
        return *this;
    }

    /// The same samples, with a weight in the loss that depends on the class: weights[k] is the weight of
    /// samples with label k; one weight for each class of the network. Loss and gradient of a step are
    ///   sum over the batch of weight x (-ln likelihood) / sum over the batch of weight,
    /// so only ratios of weights matter: {1, 3} and {10, 30} are equivalent. Samples of a class of weight 0 do
    /// not influence training. `evaluate` weighs the loss in the same way; the accuracy counts each sample
    /// once. The weights of the copies of an averaged head are updated from the weighted likelihoods. The
    /// constants of Normalize do not depend on class weights. A `part` keeps the weights. For rare classes:
    /// weights[k] = samples / (classes x samples of class k).
    /// @throws ArgumentError without labels, if a label has no weight, if a weight is negative or not finite,
    /// if the largest is not between 1e-30 and 1e30, or if all samples have weight 0
    [[nodiscard]] Dataset with_class_weights(std::vector<T> weights) const {
        this->require_class_weights(weights);
        Dataset result = *this;
        result.class_weights_ = std::move(weights);
        return result;
    }
    template <class Weights>
        requires(!std::is_convertible_v<Weights, std::vector<T>>)
    Dataset with_class_weights(const Weights&) const {
        static_assert(sizeof(Weights*) == 0,
                      "alrao: class weights must be a std::vector of the type of the inputs, with one "
                      "weight for each class: data.with_class_weights({1, 3})");
        return *this;
    }

    /// The same samples, each with one target, for output `chosen[i]` of the network, where i is the index of the
    /// sample in memory; other outputs do not contribute to the loss. Used in Q-learning. Refers to `chosen`.
    /// @throws ArgumentError without targets, or if the size of `chosen` is not the number of samples in memory
    template <ArrayOf<std::int32_t> Chosen>
        requires detail::Lasting<Chosen>
    [[nodiscard]] Dataset with_selected(Chosen&& chosen) const {
        if constexpr (ShapedArray<Chosen>) detail::sample_extents(chosen, "choices");
        if (!this->has_targets())
            fail(
                "alrao: Dataset: with_selected needs targets; these samples have "
                "labels");
        if (chosen.size() != count_)
            fail({"alrao: Dataset: got ", chosen.size(), " choices for ", count_, " samples"});
        Dataset result = *this;
        result.selected_ = detail::first_of<std::int32_t>(chosen);
        return result;
    }
    template <ArrayOf<std::int32_t> Chosen>
        requires(!detail::Lasting<Chosen>)
    Dataset with_selected(Chosen&&) const {
        static_assert(sizeof(Chosen) == 0,
                      "alrao: a Dataset is a view and would outlive these temporary choices: keep them in "
                      "a variable");
        return *this;
    }
    template <class Chosen>
        requires(!ArrayOf<Chosen, std::int32_t>)
    Dataset with_selected(const Chosen&) const {
        static_assert(sizeof(Chosen*) == 0,
                      "alrao: chosen outputs must be std::int32_t, one for each sample: "
                      "std::vector<std::int32_t> chosen(a.begin(), a.end());");
        return *this;
    }

private:
    using Base::class_weights_, Base::count_, Base::order_, Base::sample_, Base::selected_, Base::outputs_;
};

Dataset() -> Dataset<float>;
template <class Only>
    requires(!detail::with_images<Only> && !detail::is_dataset<std::remove_cvref_t<Only>>)
Dataset(Only&&) -> Dataset<detail::scalar_for<Only>>;
template <class Images>
    requires detail::with_images<Images>
Dataset(Images&& images) -> Dataset<detail::scalar_for<decltype(images.images)>>;
template <class Inputs, class Second, class... More>
Dataset(Inputs&&, Second&&, More&&...) -> Dataset<detail::scalar_for<Inputs, Second>>;
template <class Inputs, class Second, std::integral Size>
Dataset(Inputs&&, Second&&, std::initializer_list<Size>) -> Dataset<detail::scalar_for<Inputs, Second>>;

class Streams;

namespace detail {

template <class Data>
inline constexpr bool is_streams = std::is_same_v<std::remove_cvref_t<Data>, Streams>;

}  // namespace detail

}  // namespace alrao
