#pragma once

#include <alrao/io/detail/stored_numbers.hpp>
#include <alrao/io/detail/tensor_file.hpp>
#include <alrao/io/file_error.hpp>
#include <alrao/learn/optimizer_snapshot.hpp>
#include <alrao/tensor/memory.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao::io::detail {

// The policy that measures the centres of the rates: its name (in the metadata), and its numbers, see
// centre::State.
inline constexpr std::string_view optimizer_centre = "optimizer.centre";
inline constexpr std::string_view optimizer_centre_scalars = "optimizer.centre.scalars";
inline constexpr std::string_view optimizer_centre_arrays = "optimizer.centre.arrays";
// [2]: number of steps in the average of the parameters; 1 if the model of the file has the average and
// "optimizer.average.*" the parameters of the training, else 0. If 1, also the statistics of the training.
inline constexpr std::string_view optimizer_average_steps = "optimizer.average_steps";
inline constexpr std::string_view optimizer_statistics = "optimizer.statistics";

/// Adds the measured centres of the rates, and the data of the average of the parameters that are not arrays
/// of `optimizer_arrays`: its steps, where it is, and statistics.
/// @throws ArgumentError if a number is not finite
template <class T>
void add_centre_and_average(TensorFile& file, const OptimizerSnapshot<T>& state, std::string_view centre) {
    const auto add = [&]<class Number>(std::string_view name, std::span<const Number> numbers) {
        refuse_to_save(fault_of(std::string(name), std::vector<Number>(numbers.begin(), numbers.end())));
        file.add<Number>(std::string(name), {numbers.size()}, numbers);
    };
    if (!state.centre.empty()) {
        file.metadata[std::string(optimizer_centre)] = centre;
        add(optimizer_centre_scalars, std::span<const double>(state.centre));
        add(optimizer_centre_arrays, state.measured.span());
    }
    if (state.average.size() == 0) return;
    const std::array<std::uint64_t, 2> steps{state.average_steps, state.average_in_model ? 1U : 0U};
    file.add<std::uint64_t>(std::string(optimizer_average_steps), {2}, std::span<const std::uint64_t>(steps));
    if (state.average_in_model) add(optimizer_statistics, state.statistics.span());
}

/// Reads into `state` what `add_centre_and_average` has added to the file. The arrays of `state` must have
/// the sizes of the optimizer, and `require_arrays` must have checked the extents in the file.
/// @throws FileError if a number is not finite, or the file has the centres of another policy
template <class Net, class T>
void read_centre_and_average(const TensorFile& file, const std::filesystem::path& path,
                             OptimizerSnapshot<T>& state, std::string_view centre) {
    const auto read = [&]<class Number>(std::string_view name, std::span<Number> numbers) {
        const std::vector<Number> values = file.find(name)->template values<Number>();
        refuse_to_load(fault_of(std::string(name), values), path);
        std::copy(values.begin(), values.end(), numbers.begin());
    };
    if (!state.centre.empty()) {
        const auto named = file.metadata.find(std::string(optimizer_centre));
        if (named == file.metadata.end() || named->second != centre)
            fail<FileError>(FileFault::mismatch, path, FileError::whole_file, "metadata optimizer.centre",
                            named == file.metadata.end() ? "none" : named->second, std::string(centre));
        read(optimizer_centre_scalars, std::span<double>(state.centre));
        read(optimizer_centre_arrays, state.measured.span());
    }
    state.average_in_model = false;
    state.statistics = {};
    if (state.average.size() == 0) return;
    const auto steps = file.find(optimizer_average_steps)->template values<std::uint64_t>();
    if (steps[1] > 1)
        fail<FileError>(FileFault::malformed, path, FileError::whole_file,
                        std::string(optimizer_average_steps), std::to_string(steps[1]), "0 or 1");
    state.average_steps = steps[0];
    state.average_in_model = steps[1] == 1;
    if (!state.average_in_model) return;
    state.statistics = AlignedBuffer<T>(Net::statistic_elements);
    read(optimizer_statistics, state.statistics.span());
}

}  // namespace alrao::io::detail

#pragma GCC diagnostic pop
