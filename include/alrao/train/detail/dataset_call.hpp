#pragma once

#include <alrao/model/arrays.hpp>
#include <alrao/shape/extents.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace alrao {

template <std::floating_point T>
class Dataset;

/// Images with one label each, as the readers of alrao::data return them.
template <class Images, class T>
concept LabelledImagesOf = requires(const std::remove_reference_t<Images>& data) {
    requires ArrayOf<decltype(data.images), T>;
    requires ArrayOf<decltype(data.labels), std::int32_t>;
    { data.count } -> std::convertible_to<std::size_t>;
    { data.height } -> std::convertible_to<std::size_t>;
    { data.width } -> std::convertible_to<std::size_t>;
    { data.channels } -> std::convertible_to<std::size_t>;
};

/// Finds the first fault in the arguments of the constructor of Dataset, from their types. For each fault
/// there is a static_assert with one sentence as its message; the compiler reports no other error.
namespace detail {

template <class Data>
inline constexpr bool is_dataset = false;
template <class T>
inline constexpr bool is_dataset<Dataset<T>> = true;

enum class DatasetFault : unsigned char {
    none,
    // std::is_constructible is false for these.
    temporary_images,
    temporary,
    inputs,
    labels,
    swapped,
    // These are reported by a static_assert.
    other_dataset,
    images,
    alone,
    no_inputs,
    no_labels,
    rows,
    pieces,
    pointers,
    pointers_to_targets,
    extents
};

/// Whether an array consists of rows in separate memory, such as a vector of vectors.
template <class Array>
inline constexpr bool of_rows =
    !std::is_void_v<number_of<number_of<Array>>> && !std::is_pointer_v<std::remove_cvref_t<Array>> &&
    !std::is_array_v<std::remove_cvref_t<Array>>;
/// Whether an array is a pointer or a C array.
template <class Array>
inline constexpr bool by_address =
    std::is_pointer_v<std::remove_cvref_t<Array>> || std::is_array_v<std::remove_cvref_t<Array>>;

template <class Given>
inline constexpr bool is_count = std::is_convertible_v<Given, std::size_t>;
template <class Given>
inline constexpr bool is_extents = std::is_same_v<std::remove_cvref_t<Given>, Extents>;
template <class Third, class Fourth, class... More>
inline constexpr bool count_and_extents = is_count<Third> && is_extents<Fourth> && (is_count<More> && ...);

/// The fault of the arguments after inputs and labels (or targets), whose own types are correct.
template <class T, class First, class Second, class... More>
constexpr DatasetFault fault_behind_arrays() {
    using F = DatasetFault;
    constexpr std::size_t more = sizeof...(More);
    if constexpr (by_address<First> && by_address<Second> && more > 0) {
        constexpr bool labels = HoldsOneOf<Second, std::int32_t>;
        if constexpr (more == (labels ? 2 : 3)) {
            if (count_and_extents<More...>) return F::none;
        }
        return labels ? F::pointers : F::pointers_to_targets;
    } else if constexpr (by_address<First> || by_address<Second>) {
        return std::is_pointer_v<std::remove_cvref_t<First>> ? F::pointers : F::pieces;
    } else if constexpr (!InOnePiece<First> || !InOnePiece<Second>) {
        return F::pieces;
    } else if constexpr (outlived<First, Second>) {
        return F::temporary;
    } else {
        return more == 0 || (more == 1 && (is_extents<More> && ...)) ? F::none : F::extents;
    }
}

template <class T, class First, class Second, class... More>
constexpr DatasetFault fault_of_arrays() {
    using F = DatasetFault;
    if constexpr (HoldsOneOf<First, T> && HoldsOneOf<Second, T, std::int32_t>)
        return fault_behind_arrays<T, First, Second, More...>();
    else if constexpr (HoldsOneOf<First, void>) return F::no_inputs;
    else if constexpr (of_rows<First> || of_rows<Second>) return F::rows;
    else if constexpr (HoldsOneOf<Second, void>) return F::no_labels;
    else if constexpr (std::is_integral_v<number_of<First>> && std::is_floating_point_v<number_of<Second>>)
        return F::swapped;
    else return HoldsOneOf<First, T> ? F::labels : F::inputs;
}

/// The fault of a single argument.
template <class T, class Only>
constexpr DatasetFault fault_alone() {
    using F = DatasetFault;
    if constexpr (is_dataset<std::remove_cvref_t<Only>>)
        return std::is_same_v<std::remove_cvref_t<Only>, Dataset<T>> ? F::none : F::other_dataset;
    else if constexpr (LabelledImagesOf<Only, T>)
        return std::is_lvalue_reference_v<Only> ? F::none : F::temporary_images;
    else return with_images<Only> ? F::images : F::alone;
}

template <class T, class... Given>
constexpr DatasetFault dataset_fault() {
    if constexpr (sizeof...(Given) == 0) return DatasetFault::none;
    else if constexpr (sizeof...(Given) == 1) return fault_alone<T, Given...>();
    else return fault_of_arrays<T, Given...>();
}

/// Whether a fault is reported by a static_assert only.
constexpr bool refused_in_words(DatasetFault fault) { return fault >= DatasetFault::other_dataset; }

/// Instantiated if a Dataset is refused: exactly one of its static_asserts fails.
template <DatasetFault fault>
struct RefusedDataset {
    template <DatasetFault What>
    static constexpr bool other = fault != What;
    using enum DatasetFault;

    static_assert(other<other_dataset>,
                  "alrao: a Dataset has the scalar type of its arrays: Dataset<double> is constructed from "
                  "arrays of double, for Model<double, ...>");
    static_assert(other<images>,
                  "alrao: .images must have the scalar type of the Dataset, .labels must be std::int32_t, "
                  "and .count, .height, .width and .channels must exist");
    static_assert(other<alone>,
                  "alrao: a Dataset needs labels or targets beside its inputs: Dataset<float> data(inputs, "
                  "labels)");
    static_assert(other<no_inputs>,
                  "alrao: a Dataset is constructed from arrays: inputs first, then labels or targets: "
                  "Dataset<float> data(inputs, labels), each a std::vector, a std::span or an xtensor");
    static_assert(other<no_labels>,
                  "alrao: after its inputs a Dataset takes labels or targets, then the extents of one "
                  "sample: Dataset<float> data(inputs, labels, Extents{28, 28, 1})");
    static_assert(other<rows>,
                  "alrao: these rows are separate arrays, and a Dataset takes one array of all numbers: "
                  "std::vector<float> inputs; for (const auto& row : rows) inputs.insert(inputs.end(), "
                  "row.begin(), row.end());");
    static_assert(other<pieces>,
                  "alrao: a Dataset reads contiguous numbers, sample after sample: a std::vector, a "
                  "std::span, an xtensor, a RowMajor matrix of Eigen; for a C array pass std::span(array)");
    static_assert(other<pointers>,
                  "alrao: with pointers a Dataset also takes the number of samples and the extents of one "
                  "sample: Dataset<float>(inputs, labels, count, Extents{28, 28, 1})");
    static_assert(other<pointers_to_targets>,
                  "alrao: with pointers to targets a Dataset also takes the number of samples, the extents "
                  "of one sample and its number of targets: Dataset<float>(inputs, targets, count, "
                  "Extents{8}, 1)");
    static_assert(other<extents>,
                  "alrao: after inputs and labels a Dataset takes only the extents of one sample: "
                  "Dataset<float> data(inputs, labels, Extents{28, 28, 1})");
};

}  // namespace detail
}  // namespace alrao
