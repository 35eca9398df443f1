#pragma once

#include <alrao/io/detail/tensor_file.hpp>
#include <alrao/io/file_error.hpp>
#include <alrao/model/data_place.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

/// Saves and loads the position of training in its data (`DataPlace`) as an array of seven numbers: `epoch`,
/// `samples`, `order.samples`, `order.streams`, `order.seed`, `order.shuffled`, `earlier_steps`.
namespace alrao::io::detail {

inline constexpr std::string_view model_place = "fit.place";  // name of the array of a model
inline constexpr std::size_t place_size = 7;

/// Largest number of epochs or steps accepted from a file, 2^47. The random numbers of an epoch are selected
/// by its number, those of a step by the sum of two counts (`earlier_steps` and the steps of the optimizer);
/// Philox accepts indices below twice this number.
inline constexpr std::uint64_t most_steps = (std::uint64_t{1} << 47);

/// Adds the array `name`. Adds nothing if `place` has its initial value.
inline void add_place(TensorFile& file, std::string_view name, const DataPlace& place) {
    if (place == DataPlace{}) return;
    const std::array<std::uint64_t, place_size> numbers{
        place.epoch,         place.samples,    place.order.samples,
        place.order.streams, place.order.seed, place.order.shuffled ? std::uint64_t{1} : 0,
        place.earlier_steps};
    file.add<std::uint64_t>(std::string(name), {place_size}, std::span<const std::uint64_t>(numbers));
}

/// Returns whether these numbers are consistent, as those that `fit` sets.
inline bool is_possible(const DataPlace& place) {
    const std::uint64_t streams = place.order.streams;
    const bool whole_steps =
        streams == 0 || (place.samples % streams == 0 && place.order.samples % streams == 0);
    return place.epoch <= most_steps && place.earlier_steps <= most_steps && whole_steps &&
           (place.samples == 0 || place.samples < place.order.samples);
}

/// Returns the position in array `name` of a file; the initial position if there is no such array.
/// Type and extents of the array must have been checked.
/// @throws FileError if the position is not possible
inline DataPlace read_place(const TensorFile& file, const std::filesystem::path& path,
                            std::string_view name) {
    const Tensor* const tensor = file.find(name);
    if (tensor == nullptr) return {};
    const auto n = tensor->values<std::uint64_t>();
    const DataPlace place{.epoch = n[0],
                          .samples = n[1],
                          .order = {.samples = n[2], .streams = n[3], .seed = n[4], .shuffled = n[5] == 1},
                          .earlier_steps = n[6]};
    if (n[5] > 1 || !is_possible(place))
        fail<FileError>(FileFault::malformed, path, FileError::whole_file, std::string(name),
                        "epoch " + std::to_string(n[0]) + ", sample " + std::to_string(n[1]) + " of " +
                            std::to_string(n[2]) + ", order.streams " + std::to_string(n[3]) +
                            ", order.shuffled " + std::to_string(n[5]) + ", earlier_steps " +
                            std::to_string(n[6]),
                        "a sample within an epoch, both numbers of samples as multiples of order.streams, "
                        "order.shuffled 0 or 1, epoch and earlier_steps at most " +
                            std::to_string(most_steps));
    return place;
}

}  // namespace alrao::io::detail

#pragma GCC diagnostic pop
