#pragma once

#include <alrao/io/detail/centre_arrays.hpp>
#include <alrao/io/detail/data_place.hpp>
#include <alrao/io/detail/differences.hpp>
#include <alrao/io/detail/stored_numbers.hpp>
#include <alrao/io/detail/tensor_file.hpp>
#include <alrao/learn/log_uniform.hpp>
#include <alrao/learn/optimizer.hpp>
#include <alrao/learn/optimizer_snapshot.hpp>
#include <alrao/model/carried_state.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao::io::detail {

inline constexpr std::string_view optimizer_rule = "optimizer.rule";  // key of the metadata: name of the rule
// Two numbers: all steps of the optimizer, and its steps since the schedule began.
inline constexpr std::string_view optimizer_steps = "optimizer.steps";
// Two numbers: the smallest and the largest rate.
inline constexpr std::string_view optimizer_interval = "optimizer.interval";
// [leaves]: the largest output allowed of each leaf; 0: not known yet.
inline constexpr std::string_view optimizer_limits = "optimizer.limits";
// The pruned features: [events, 4] with step, parameter, feature, kind; and [events, 3] with rate, value,
// limit.
inline constexpr std::string_view optimizer_pruned = "optimizer.pruned";
inline constexpr std::string_view optimizer_pruned_values = "optimizer.pruned_values";
// The position of `fit` in the data, and the carried state of the network at that position ([numbers of all
// streams]).
inline constexpr std::string_view optimizer_place = "optimizer.place";
inline constexpr std::string_view optimizer_carried = "optimizer.carried";

/// Whether the numbers in buffer k of a rule are never negative.
template <class Rule>
constexpr bool never_negative(std::size_t k) {
    if constexpr (requires { Rule::never_negative(k); }) return Rule::never_negative(k);
    return false;
}

/// Name of an array of an optimizer: "optimizer.WHAT.PARAMETER".
inline std::string optimizer_name(const std::string& what, const std::string& parameter) {
    return std::string(optimizer_prefix) + what + "." + parameter;
}

/// The rates in `buffer` (layout of `OptimizerSnapshot::rates`) as one array for each parameter.
template <class T, class Net, class Rule>
std::vector<NamedArray<T>> rate_arrays(const Optimizer<Net, Rule>& optimizer, T* buffer) {
    std::vector<NamedArray<T>> arrays;
    for (std::size_t p = 0; p < Net::parameters.size(); ++p) {
        const ParameterEntry& entry = Net::parameters[p];
        const RateRow& row = optimizer.rates().rows()[p];
        arrays.push_back({.name = optimizer_name("rates", full_name(entry.path, entry.name)),
                          .extents = {row.period},
                          .data = buffer + row.offset,
                          .rows = 1,
                          .width = row.period,
                          .pitch = row.period});
    }
    return arrays;
}

/// The arrays of an optimizer that have an array for each parameter: rates, then the buffers of the rule, then the
/// average of the parameters, if the optimizer keeps one. `rates`, `memory` and `average` point to the numbers of an
/// `OptimizerSnapshot`.
template <class T, class Net, class Rule>
std::vector<NamedArray<T>> optimizer_arrays(const Optimizer<Net, Rule>& optimizer, T* rates, T* memory,
                                            T* average) {
    std::vector<NamedArray<T>> arrays = rate_arrays(optimizer, rates);
    const auto add = [&](const std::string& what, T* buffer) {
        for (NamedArray<T>& array : parameter_arrays<Net>(buffer)) {
            array.name = optimizer_name(what, array.name);
            arrays.push_back(std::move(array));
        }
    };
    for (std::size_t k = 0; k < optimizer.rule().states(); ++k)
        add("memory" + std::to_string(k), memory + k * Net::parameter_elements);
    if (optimizer.averages_weights()) add("average", average);
    return arrays;
}

/// Index of the first parameter of the layer of `event` whose number of features is `event.features`. A file
/// stores this index in place of the path.
template <class Net>
std::size_t pruned_parameter(const Divergence& event) {
    std::size_t p = 0;
    while (Net::parameters[p].path != event.path || Net::parameters[p].features != event.features) ++p;
    return p;
}

/// Reads the pruned features of a file.
/// @throws FileError if one of them does not exist in this network
template <class Net>
std::vector<Divergence> pruned_in(const TensorFile& file, const std::filesystem::path& path) {
    const Tensor* const events = file.find(optimizer_pruned);
    if (events == nullptr) return {};
    const auto facts = events->values<std::uint64_t>();
    const auto values = file.find(optimizer_pruned_values)->template values<double>();
    std::vector<Divergence> pruned;
    for (std::size_t i = 0; i < facts.size() / 4; ++i) {
        const std::uint64_t *fact = facts.data() + 4 * i, p = fact[1], kind = fact[3];
        const auto known = [&](std::uint64_t got, std::size_t count, const char* what) {
            if (got >= count)
                fail<FileError>(FileFault::malformed, path, FileError::whole_file,
                                std::string(optimizer_pruned), what + (" " + std::to_string(got)),
                                "one of " + std::to_string(count));
        };
        known(p, Net::parameters.size(), "parameter");
        const ParameterEntry& entry = Net::parameters[static_cast<std::size_t>(p)];
        known(fact[2], entry.features, "feature");
        known(kind, 3, "kind");
        pruned.push_back({.step = fact[0],
                          .path = entry.path,
                          .layer = entry.layer,
                          .feature = static_cast<std::size_t>(fact[2]),
                          .features = entry.features,
                          .rate = values[3 * i],
                          .kind = static_cast<Divergence::Kind>(kind),
                          .value = values[3 * i + 1],
                          .limit = values[3 * i + 2],
                          .copy = entry.copies > 0});
    }
    return pruned;
}

/// Whether `add_optimizer` adds the carried state: only if `fit` was interrupted within an epoch over
/// Streams.
template <class Net>
bool keeps_carried(const OptimizerSnapshot<typename Net::scalar>& state) {
    return CarriedState<Net>::per_stream > 0 && state.place.samples > 0 && state.place.order.streams > 0 &&
           state.carried.size() > 0;
}

/// Reads the carried state of a file; an empty buffer if it has none. `place` is the position in the data,
/// which was read before.
/// @throws FileError if the state does not fit the network and the number of streams
template <class Net>
AlignedBuffer<typename Net::scalar> carried_in(const TensorFile& file, const std::filesystem::path& path,
                                               const DataPlace& place) {
    using T = typename Net::scalar;
    const Tensor* const tensor = file.find(optimizer_carried);
    if (tensor == nullptr) return {};
    constexpr std::size_t each = std::max<std::size_t>(1, CarriedState<Net>::per_stream);
    const auto values = tensor->values<T>();
    const std::uint64_t streams = place.order.streams;
    if (place.samples == 0 || values.size() / each != streams || values.size() % each != 0)
        fail<FileError>(FileFault::malformed, path, FileError::whole_file, std::string(optimizer_carried),
                        std::to_string(values.size()) + " numbers",
                        "the state of this network for " + std::to_string(streams) + " streams");
    refuse_to_load(fault_of(std::string(optimizer_carried), values), path);
    AlignedBuffer<T> carried(values.size());
    std::copy(values.begin(), values.end(), carried.data());
    return carried;
}

/// Compares the interval of rates in a file with that of the optimizer.
/// @throws FileError if they differ, because the rates of the file would replace those that the program asks
/// for
[[gnu::cold]] inline void require_interval(const TensorFile& file, const std::filesystem::path& path,
                                           const LogUniform& made_with) {
    const Tensor* const tensor = file.find(optimizer_interval);
    if (tensor == nullptr) return;  // a file of version 0.1
    const std::vector<double> ends = tensor->values<double>();
    const auto text = [](double least, double most) {
        return is_same_number(least, most) ? "the one rate " + number_text(least)
                                           : "rates from " + number_text(least) + " to " + number_text(most);
    };
    if (!is_same_number(ends[0], made_with.min()) || !is_same_number(ends[1], made_with.max()))
        fail<FileError>(FileFault::mismatch, path, FileError::whole_file, std::string(optimizer_interval),
                        text(ends[0], ends[1]), text(made_with.min(), made_with.max()));
}

/// Returns an error if a value is negative or not finite. Used for rates, limits and buffers that are never
/// negative.
template <class T>
Fault fault_of_range(const std::string& array, const std::vector<T>& values) {
    for (const T value : values)
        if (!is_finite(value) || value < 0)
            return {array, std::to_string(value), "finite numbers, none below 0"};
    return {};
}

/// Compares the arrays of an optimizer in a file with those expected: `arrays`, and others with the sizes in
/// `state`, a state of the optimizer.
/// @throws FileError if an array is missing, unexpected, or has another type or other extents; the message
/// lists the differences
template <class Net, class T>
void require_arrays(const TensorFile& file, const std::filesystem::path& path,
                    const std::vector<NamedArray<T>>& arrays, const OptimizerSnapshot<T>& state) {
    Differences differences;
    const std::size_t limits = state.limits.size();
    if (!state.centre.empty()) {
        differences.expect(file, std::string(optimizer_centre_scalars), DType::f64, {state.centre.size()});
        differences.expect(file, std::string(optimizer_centre_arrays), dtype_of<T>, {state.measured.size()});
    }
    if (state.average.size() > 0) {
        differences.expect(file, std::string(optimizer_average_steps), DType::u64, {2});
        const Tensor* const steps = file.find(optimizer_average_steps);
        const bool in_model = steps != nullptr && steps->dtype == DType::u64 && steps->elements() == 2 &&
                              steps->template values<std::uint64_t>()[1] != 0;
        if (in_model)
            differences.expect(file, std::string(optimizer_statistics), dtype_of<T>,
                               {Net::statistic_elements});
    }
    for (const auto& array : arrays) differences.expect(file, array.name, dtype_of<T>, array.extents);
    differences.expect(file, std::string(optimizer_limits), DType::f64, {limits});
    differences.expect(file, std::string(optimizer_steps), DType::u64, {2});
    const Tensor* const pruned = file.find(optimizer_pruned);
    const Tensor* const values = file.find(optimizer_pruned_values);
    if (pruned != nullptr || values != nullptr) {
        const Tensor& either = pruned != nullptr ? *pruned : *values;
        const std::size_t events = either.extents.empty() ? 0 : either.extents[0];
        differences.expect(file, std::string(optimizer_pruned), DType::u64, {events, 4});
        differences.expect(file, std::string(optimizer_pruned_values), DType::f64, {events, 3});
    }
    differences.expect_if_there(file, std::string(optimizer_interval), DType::f64, {2});
    differences.expect_if_there(file, std::string(optimizer_place), DType::u64, {place_size});
    if (const Tensor* const carried = file.find(optimizer_carried);
        carried != nullptr && CarriedState<Net>::per_stream > 0)
        differences.expect(file, carried->name, dtype_of<T>, {carried->elements()});
    for (const Tensor& tensor : file.tensors())
        if (tensor.name.starts_with(optimizer_prefix)) differences.expect_known(tensor.name);
    differences.raise_if_any(path, "optimizer", "the arrays of this network's optimizer");
}

/// Reads the rates, the buffers of the rule and the average of the parameters into `arrays`.
/// @throws FileError if a number is invalid
template <class Net, class Rule, class T>
void unpack_checked(const TensorFile& file, const std::filesystem::path& path,
                    const std::vector<NamedArray<T>>& arrays) {
    for (std::size_t a = 0; a < arrays.size(); ++a) {
        const std::vector<T> numbers = file.find(arrays[a].name)->template values<T>();
        // Rates first, then the rule's buffers, then the average.
        constexpr std::size_t count = Net::parameters.size();
        const bool from_zero = a < count || never_negative<Rule>(a / count - 1);
        refuse_to_load(
            from_zero ? fault_of_range(arrays[a].name, numbers) : fault_of(arrays[a].name, numbers), path);
        unpack(numbers, arrays[a]);
    }
}

}  // namespace alrao::io::detail

#pragma GCC diagnostic pop
