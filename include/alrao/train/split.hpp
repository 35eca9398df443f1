#pragma once

#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/number_text.hpp>
#include <alrao/tensor/philox.hpp>
#include <alrao/tensor/refused.hpp>
#include <alrao/train/dataset.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <vector>

namespace alrao {

/// Two parts of a data set without common samples.
template <class T>
struct Split {
    Dataset<T> train, validation;
};

/// Splits a data set at random: a `fraction` of the samples (rounded; at least one, and not all) goes into `train`,
/// the others into `validation`, each in a random order. The numbers are not copied. Equal seeds give equal parts.
/// @throws ArgumentError on a fraction outside (0, 1), or fewer than two samples
template <class T>
[[nodiscard]] Split<T> split(const Dataset<T>& data, double fraction, Seed seed) {
    if (!is_finite(fraction) || !(fraction > 0 && fraction < 1))
        fail({"alrao: split: the fraction for training must lie between 0 and 1, both excluded, got ",
              fraction});
    const std::size_t count = data.size();
    if (count < 2) fail({"alrao: split: needs at least two samples, got ", count});
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    Philox random(seed, Stream::split);
    random.shuffle(std::span<std::size_t>(order));
    const auto wanted = static_cast<std::size_t>(std::llround(fraction * static_cast<double>(count)));
    const std::size_t train = std::clamp<std::size_t>(wanted, 1, count - 1);
    const auto middle = order.begin() + static_cast<std::ptrdiff_t>(train);
    return {data.part({order.begin(), middle}), data.part({middle, order.end()})};
}

/// Splits a data set in order: the first `train` samples go into `train`, the others into `validation`. For splits
/// that a publication prescribes.
/// @throws ArgumentError if one part would be empty
template <class T>
[[nodiscard]] Split<T> split_at(const Dataset<T>& data, std::size_t train) {
    if (train == 0 || train >= data.size())
        fail({"alrao: split_at: ", data.size(), " samples cannot be split after ", train});
    std::vector<std::size_t> order(data.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto middle = order.begin() + static_cast<std::ptrdiff_t>(train);
    return {data.part({order.begin(), middle}), data.part({middle, order.end()})};
}

/// As above, for images that a reader of alrao::data returned, which must outlive the parts.
template <class Images>
    requires(LabelledImagesOf<Images, float> || LabelledImagesOf<Images, double>)
[[nodiscard]] auto split(const Images& data, double fraction, Seed seed) {
    return split(Dataset(data), fraction, seed);
}

// Overloads for wrong calls: a compile-time error with the reason.
template <
    class Images,
    meta::FixedString Why =
        "alrao: split refers to the images, and these are temporary: keep them in a variable, and split "
        "the variable">
    requires(detail::refused_by_argument &&
             (LabelledImagesOf<Images, float> || LabelledImagesOf<Images, double>))
void split(const Images&& data, double fraction, Seed seed) = delete;
template <class Images>
    requires(detail::refused_by_attribute &&
             (LabelledImagesOf<Images, float> || LabelledImagesOf<Images, double>))
__attribute__((unavailable(
    "alrao: split refers to the images, and these are temporary: keep them in a variable, and split the "
    "variable"))) void
split(const Images&& data, double fraction, Seed seed);
template <class T>
Split<T> split(const Dataset<T>& data, double) {
    static_assert(sizeof(T) == 0,
                  "alrao: split distributes the samples at random and needs a seed as third argument: "
                  "split(data, 0.9, Seed{1})");
    return {data, data};
}

}  // namespace alrao
