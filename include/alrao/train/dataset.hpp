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

/// Examples in the caller's memory: inputs, and a label (classification) or targets (regression) for
/// each. A view: copies refer to the same numbers, which have to stay where they are. Temporaries
/// are refused. Samples lie one after the other, row-major, images with their channels last.
///
/// Made from xtensors or spans (`Dataset<float> data(inputs, labels);`), from pointers with extents,
/// or from what a reader of alrao::data gives.
/// @throws ArgumentError, from each constructor: null memory, an empty sample, an array with gaps, inputs
///         and labels or targets of different counts
template <std::floating_point T>
class Dataset : public detail::Samples<T> {
    using Base = detail::Samples<T>;

public:
    /// Classification: count x `sample` inputs, and count labels, from 0.
    Dataset(const T* inputs, const std::int32_t* labels, std::size_t count, const Extents& sample) {
        this->refer_to(inputs, labels, count, sample);
    }

    /// Regression: count x `sample` inputs, and count x `outputs` targets.
    Dataset(const T* inputs, const T* targets, std::size_t count, const Extents& sample,
            std::size_t outputs) {
        this->refer_to(inputs, targets, count, sample, outputs);
    }

    /// Inputs [count, ...] and labels [count], from xtensors, vectors or spans.
    template <ArrayOf<T> Inputs, ArrayOf<std::int32_t> Labels>
        requires(detail::Lasting<Inputs> && detail::Lasting<Labels>)
    Dataset(Inputs&& inputs, Labels&& labels) {
        this->refer_to_labelled(inputs, labels);
    }

    /// Inputs [count, ...] and targets [count] or [count, outputs], likewise. Of two plain ranges the
    /// targets are one number a sample; give the extents of a sample if they are not.
    template <ArrayOf<T> Inputs, ArrayOf<T> Targets>
        requires(detail::Lasting<Inputs> && detail::Lasting<Targets>)
    Dataset(Inputs&& inputs, Targets&& targets) {
        this->refer_to_targeted(inputs, targets);
    }

    /// The same in plain memory, whose samples have these extents: `Dataset<float> data(inputs, labels,
    /// Extents{28, 28, 1});`. As many samples as there are labels, or as `sample` goes into the inputs.
    template <ArrayOf<T> Inputs, detail::HoldsOneOf<T, std::int32_t> Second>
        requires(detail::Lasting<Inputs> && detail::Lasting<Second> && detail::InOnePiece<Second>)
    Dataset(Inputs&& inputs, Second&& second, const Extents& sample) {
        this->refer_to_plain(inputs, second, sample);
    }

    /// Extents in braces, where they are the last but for the number of targets:
    /// `Dataset<float> data(inputs, labels, count, {28, 28, 1});`.
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

    // Wrong arguments, refused with a sentence: see dataset_call.hpp.
    template <class... Given,
              meta::FixedString Why =
                  "alrao: a Dataset is a view, and would outlive these images: keep them in a variable">
        requires(detail::refused_by_argument &&
                 detail::dataset_fault<T, Given...>() == detail::DatasetFault::temporary_images)
    Dataset(Given&&...) = delete;
    template <class... Given>
        requires(detail::refused_by_attribute &&
                 detail::dataset_fault<T, Given...>() == detail::DatasetFault::temporary_images)
    __attribute__((
        unavailable("alrao: a Dataset is a view, and would outlive these images: keep them in a variable")))
    Dataset(Given&&...);
    template <class... Given,
              meta::FixedString Why =
                  "alrao: a Dataset is a view, and would outlive these numbers: keep them in a variable">
        requires(detail::refused_by_argument &&
                 detail::dataset_fault<T, Given...>() == detail::DatasetFault::temporary)
    Dataset(Given&&...) = delete;
    template <class... Given>
        requires(detail::refused_by_attribute &&
                 detail::dataset_fault<T, Given...>() == detail::DatasetFault::temporary)
    __attribute__((
        unavailable("alrao: a Dataset is a view, and would outlive these numbers: keep them in a variable")))
    Dataset(Given&&...);
    template <class... Given,
              meta::FixedString Why =
                  "alrao: labels are std::int32_t (targets of a regression: of the type of the inputs): "
                  "std::vector<std::int32_t> labels(y.begin(), y.end());">
        requires(detail::refused_by_argument &&
                 detail::dataset_fault<T, Given...>() == detail::DatasetFault::labels)
    Dataset(Given&&...) = delete;
    template <class... Given>
        requires(detail::refused_by_attribute &&
                 detail::dataset_fault<T, Given...>() == detail::DatasetFault::labels)
    __attribute__((
        unavailable("alrao: labels are std::int32_t (targets of a regression: of the type of the inputs): "
                    "std::vector<std::int32_t> labels(y.begin(), y.end());"))) Dataset(Given&&...);
    template <
        class... Given,
        meta::FixedString Why =
            "alrao: inputs are of the type of the Dataset, and that is the one of the network: convert "
            "them, std::vector<float> inputs(x.begin(), x.end()); or take Dataset<double> and Model<double, ...>">
        requires(detail::refused_by_argument &&
                 detail::dataset_fault<T, Given...>() == detail::DatasetFault::inputs)
    Dataset(Given&&...) = delete;
    template <class... Given>
        requires(detail::refused_by_attribute &&
                 detail::dataset_fault<T, Given...>() == detail::DatasetFault::inputs)
    __attribute__((unavailable(
        "alrao: inputs are of the type of the Dataset, and that is the one of the network: convert "
        "them, std::vector<float> inputs(x.begin(), x.end()); or take Dataset<double> and Model<double, ...>")))
    Dataset(Given&&...);
    template <
        class... Given,
        meta::FixedString Why =
            "alrao: a Dataset takes its inputs first, then labels or targets: Dataset<float> data(inputs, labels)">
        requires(detail::refused_by_argument &&
                 detail::dataset_fault<T, Given...>() == detail::DatasetFault::swapped)
    Dataset(Given&&...) = delete;
    template <class... Given>
        requires(detail::refused_by_attribute &&
                 detail::dataset_fault<T, Given...>() == detail::DatasetFault::swapped)
    __attribute__((unavailable(
        "alrao: a Dataset takes its inputs first, then labels or targets: Dataset<float> data(inputs, labels)")))
    Dataset(Given&&...);
    template <
        meta::FixedString Why =
            "alrao: a Dataset refers to numbers: give it them where it is made: Dataset<float> data(inputs, labels)">
        requires(detail::refused_by_argument)
    Dataset() = delete;
    template <class Nothing = void>
        requires(detail::refused_by_attribute)
    __attribute__((unavailable(
        "alrao: a Dataset refers to numbers: give it them where it is made: Dataset<float> data(inputs, labels)")))
    Dataset();
    template <class... Given>
        requires(detail::refused_in_words(detail::dataset_fault<T, Given...>()))
    explicit Dataset(Given&&...) {
        static_assert(sizeof(detail::RefusedDataset<detail::dataset_fault<T, Given...>()>) > 0);
    }

    /// What the samples are, see DataSource.
    [[nodiscard]] DataContents contents() const {
        return {.samples = this->size(),
                .sample = sample_,
                .outputs = outputs_,
                .selects_outputs = this->has_selected()};
    }
    /// A reader of the samples, see DataSource. Refers to this data set. A batch of samples that follow
    /// each other in memory is not copied.
    /// @throws ArgumentError on an empty data set, or a batch size of 0
    [[nodiscard]] DatasetReader<T> reader(const ReadOptions& options) const;

    /// Some of the samples, in the order given, without a copy of the numbers.
    /// @throws ArgumentError if there is no such sample, or none is wanted
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
                      "alrao: a part is named by the numbers of its samples, from 0: "
                      "std::vector<std::size_t> samples(first, last); data.part(samples)");
        return *this;
    }

    /// The same examples, each weighted in the loss by its class: weights[k] is that of the samples
    /// with label k, one for each class of the network. A step's loss and gradient are
    ///   sum over the batch of weight x (-ln likelihood) / sum over the batch of weight,
    /// so that only ratios count: {1, 3} is {10, 30}, and equal weights change nothing. A class of
    /// weight 0 is not learned from. `evaluate` weighs the loss likewise, and counts each sample once
    /// in the accuracy. The copies of an averaged head are weighed by the same likelihoods. The
    /// constants of Normalize do not depend on weights. A `part` keeps them. For rare classes:
    /// weights[k] = samples / (classes x samples of class k).
    /// @throws ArgumentError without labels, if a label has no weight, if one is negative or not
    /// finite, if the largest is not between 1e-30 and 1e30, or if no sample has one above 0
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
                      "alrao: class weights are a std::vector of the type of the inputs, one for each "
                      "class: data.with_class_weights({1, 3})");
        return *this;
    }

    /// The same examples, whose one target is for the output that `chosen` names (by place in
    /// memory), the other outputs left free, as Q-learning needs. Refers to them.
    /// @throws ArgumentError without targets, or on another number of choices than samples in
    /// memory
    template <ArrayOf<std::int32_t> Chosen>
        requires detail::Lasting<Chosen>
    [[nodiscard]] Dataset with_selected(Chosen&& chosen) const {
        if constexpr (ShapedArray<Chosen>) detail::sample_extents(chosen, "choices");
        if (!this->has_targets()) fail("alrao: Dataset: outputs are selected for targets, not for labels");
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
                      "alrao: a Dataset is a view, and would outlive these choices: keep them in a variable");
        return *this;
    }
    template <class Chosen>
        requires(!ArrayOf<Chosen, std::int32_t>)
    Dataset with_selected(const Chosen&) const {
        static_assert(sizeof(Chosen*) == 0,
                      "alrao: outputs are chosen by std::int32_t, one for each sample: "
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
