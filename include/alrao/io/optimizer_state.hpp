#pragma once

#include <alrao/io/carried_state.hpp>
#include <alrao/io/detail/data_place.hpp>
#include <alrao/io/detail/optimizer_arrays.hpp>
#include <alrao/io/detail/stored_numbers.hpp>
#include <alrao/learn/detail/optimizer_parts.hpp>
#include <alrao/learn/optimizer.hpp>
#include <alrao/learn/optimizer_snapshot.hpp>
#include <alrao/learn/update_rule.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

/// Saves and loads the state of an optimizer in the file of its model: learning rates, the buffers of the
/// update rule, the average of the parameters, the number of steps, the pruned features, and the position of
/// `fit` in the data. A program that loads model and optimizer continues with bit-identical results, also
/// within an epoch.
///
/// The settings of the rule, the schedule and the other options come from the program. The file stores the
/// name of the rule and the interval of the rates (or the single rate); `load` refuses an optimizer with
/// another rule or interval. A file may have no position in the data, if it was saved by a program with its
/// own training loop or by version 0.1. Then `fit` computes the epoch from the number of steps, and starts at
/// the first sample of this epoch.
namespace alrao {

namespace io {

/// Adds the state of an optimizer to `file`.
/// - For each parameter: its rates (one per feature, without the factor of the schedule; 0 if pruned), and
///   the buffers of the rule and the average of the parameter, both with the extents of the parameter.
/// - Once: the name of the rule, the interval of the rates and their measured centres, the number of steps,
///   the limits of the outputs, the pruned features, and the position in the data.
/// - The carried state, if `fit` was interrupted within an epoch over Streams.
/// @throws ArgumentError if a number is not finite, or the optimizer was moved from
template <class Net, UpdateRule Rule>
void add_optimizer(TensorFile& file, const Optimizer<Net, Rule>& optimizer) {
    using T = typename Net::scalar;
    const OptimizerSnapshot<T> state = optimizer.snapshot();
    const auto arrays = detail::optimizer_arrays<const T>(optimizer, state.rates.data(), state.memory.data(),
                                                          state.average.data());
    for (const auto& array : arrays) {
        const std::vector<T> values = detail::packed(array);
        detail::refuse_to_save(detail::fault_of(array.name, values));
        file.add<T>(array.name, array.extents, std::span<const T>(values));
    }
    file.add<double>(std::string(detail::optimizer_limits), {state.limits.size()},
                     std::span<const double>(state.limits));
    const std::array<double, 2> interval{optimizer.rates().interval().min(),
                                         optimizer.rates().interval().max()};
    file.add<double>(std::string(detail::optimizer_interval), {2}, std::span<const double>(interval));
    const std::array<std::uint64_t, 2> steps{state.steps, state.schedule_steps};
    file.add<std::uint64_t>(std::string(detail::optimizer_steps), {2}, std::span<const std::uint64_t>(steps));
    file.metadata[std::string(detail::optimizer_rule)] = alrao::detail::stored_name(optimizer.rule());
    detail::add_centre_and_average(file, state, optimizer.centre_name());
    detail::add_place(file, detail::optimizer_place, state.place);
    if (detail::keeps_carried<Net>(state)) {
        const std::span<const T> values = state.carried.span();
        const std::string name(detail::optimizer_carried);
        detail::refuse_to_save(detail::fault_of(name, std::vector<T>(values.begin(), values.end())));
        file.add<T>(name, {values.size()}, values);
    }
    if (state.pruned.empty()) return;
    std::vector<std::uint64_t> facts;
    std::vector<double> values;
    for (const Divergence& event : state.pruned) {
        facts.insert(facts.end(), {event.step, detail::pruned_parameter<Net>(event), event.feature,
                                   static_cast<std::uint64_t>(event.kind)});
        values.insert(values.end(), {event.rate, event.value, event.limit});
    }
    file.add<std::uint64_t>(std::string(detail::optimizer_pruned), {state.pruned.size(), 4},
                            std::span<const std::uint64_t>(facts));
    file.add<double>(std::string(detail::optimizer_pruned_values), {state.pruned.size(), 3},
                     std::span<const double>(values));
}

/// Returns the state of an optimizer in `file`, which can be passed to `optimizer.restore`. The network, the
/// rule and the grouping of rates must be those of `optimizer`, which is not changed. `path` is used in error
/// messages.
/// @throws FileError if the file has no such state, the state of another optimizer (the message lists the
/// differences), or invalid numbers
template <class Net, UpdateRule Rule>
OptimizerSnapshot<typename Net::scalar> optimizer_state(const TensorFile& file,
                                                        const std::filesystem::path& path,
                                                        const Optimizer<Net, Rule>& optimizer) {
    using T = typename Net::scalar;
    OptimizerSnapshot<T> state = optimizer.snapshot();  // has the right sizes
    const std::string rule(alrao::detail::stored_name(optimizer.rule()));
    const auto named = file.metadata.find(std::string(detail::optimizer_rule));
    if (named == file.metadata.end() || named->second != rule)
        fail<FileError>(FileFault::mismatch, path, FileError::whole_file, "metadata optimizer.rule",
                        named == file.metadata.end() ? "none" : named->second, rule);
    const auto arrays =
        detail::optimizer_arrays<T>(optimizer, state.rates.data(), state.memory.data(), state.average.data());
    detail::require_arrays<Net>(file, path, arrays, state);
    detail::require_interval(file, path, optimizer.rates().interval());
    detail::unpack_checked<Net, Rule>(file, path, arrays);
    detail::read_centre_and_average<Net>(file, path, state, optimizer.centre_name());
    state.limits = file.find(detail::optimizer_limits)->template values<double>();
    detail::refuse_to_load(detail::fault_of_range(std::string(detail::optimizer_limits), state.limits), path);
    const auto steps = file.find(detail::optimizer_steps)->template values<std::uint64_t>();
    for (const std::uint64_t taken : steps)
        if (taken > detail::most_steps)
            fail<FileError>(FileFault::malformed, path, FileError::whole_file,
                            std::string(detail::optimizer_steps), std::to_string(taken),
                            "at most " + std::to_string(detail::most_steps));
    state.steps = steps[0];
    state.schedule_steps = steps[1];
    state.pruned = detail::pruned_in<Net>(file, path);
    state.place = detail::read_place(file, path, detail::optimizer_place);
    state.carried = detail::carried_in<Net>(file, path, state.place);
    if (const char* const fault = alrao::detail::parts_of(optimizer).fault_of(state))
        fail<FileError>(FileFault::malformed, path, FileError::whole_file, "optimizer.*",
                        "an invalid state (" + std::string(fault) + ")", "a valid state of an optimizer");
    return state;
}

}  // namespace io

/// Writes a model and the state of its optimizer to one file, atomically, and forces it to disk (see
/// `io::BasicAtomicFile`). `load(net, path)` reads only the model of such a file.
/// @throws FileError if the file cannot be written
/// @throws ArgumentError if `load` would refuse the numbers (one is not finite), or the optimizer was made
/// for another model; no file is then written
template <TrainableModel Net, UpdateRule Rule>
void save(const Net& net, const Optimizer<Net, Rule>& optimizer, const std::filesystem::path& path) {
    detail::parts_of(optimizer).require_ready_for(net);
    io::TensorFile file;
    io::add_model(file, net);
    io::add_optimizer(file, optimizer);
    file.write(path);
}

/// Writes a model, its carried state and the state of its optimizer: the complete state of a training run on
/// streams between two chunks. Errors as for `save(net, optimizer, path)`.
template <TrainableModel Net, UpdateRule Rule>
void save(const Net& net, const CarriedState<Net>& state, const Optimizer<Net, Rule>& optimizer,
          const std::filesystem::path& path) {
    detail::parts_of(optimizer).require_ready_for(net);
    io::TensorFile file;
    io::add_model(file, net);
    io::add_state(file, state);
    io::add_optimizer(file, optimizer);
    file.write(path);
}

/// Reads a model and the state of its optimizer, both of the types that were saved. The following steps are
/// bit-identical to those of a program that was not interrupted.
/// @throws FileError if the file cannot be read or does not match; model and optimizer are then unchanged
/// @throws ArgumentError if the optimizer was made for another model; or, after the model was loaded, if its
/// averaging policy finds the posterior of the file inconsistent
template <TrainableModel Net, UpdateRule Rule>
void load(Net& net, Optimizer<Net, Rule>& optimizer, const std::filesystem::path& path) {
    detail::parts_of(optimizer).require_ready_for(net);
    const io::TensorFile file = io::TensorFile::read(path);
    auto remembered = io::optimizer_state(file, path, optimizer);
    io::take_model(file, path, net);
    optimizer.restore(net, std::move(remembered));
}

/// Reads a model, its carried state and the state of its optimizer. Errors as for `load(net, optimizer,
/// path)`.
template <TrainableModel Net, UpdateRule Rule>
void load(Net& net, CarriedState<Net>& state, Optimizer<Net, Rule>& optimizer,
          const std::filesystem::path& path) {
    detail::parts_of(optimizer).require_ready_for(net);
    const io::TensorFile file = io::TensorFile::read(path);
    auto remembered = io::optimizer_state(file, path, optimizer);
    CarriedState<Net> carried = state;
    io::take_state(file, path, carried);
    io::take_model(file, path, net);
    state = std::move(carried);
    optimizer.restore(net, std::move(remembered));
}

}  // namespace alrao

#pragma GCC diagnostic pop
