#pragma once

#include <alrao/io/carried_state.hpp>
#include <alrao/io/detail/data_place.hpp>
#include <alrao/learn/optimizer.hpp>

#include <algorithm>
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

/// What an optimizer remembers, in a file beside the model: rates, the rule's buffers, how many steps
/// were taken, what was pruned, how far `fit` has come in its data. Who loads both goes on with the
/// same bits, `fit` also within an epoch. The rule's settings, the schedule and the other options are
/// the program's; the file says of which rule it is, and with which interval of rates (or with which
/// rate) the optimizer was made: another rule or interval is refused. A file without a place (of a
/// loop of one's own, or of a version that did not save it) says only how many steps were taken:
/// `fit` then begins at the first sample of the epoch in which so many steps end.
namespace alrao {

namespace io {

namespace detail {

inline constexpr std::string_view optimizer_rule = "optimizer.rule";
inline constexpr std::string_view optimizer_steps = "optimizer.steps";        // taken, of the schedule
inline constexpr std::string_view optimizer_interval = "optimizer.interval";  // of rates, [2]
inline constexpr std::string_view optimizer_limits = "optimizer.limits";
// What was pruned, [events, 4]: step, parameter, feature, kind; [events, 3]: rate, value, limit.
inline constexpr std::string_view optimizer_pruned = "optimizer.pruned";
inline constexpr std::string_view optimizer_pruned_values = "optimizer.pruned_values";
// How far `fit` has come, and what the network carried there ([numbers of all streams]).
inline constexpr std::string_view optimizer_place = "optimizer.place";
inline constexpr std::string_view optimizer_carried = "optimizer.carried";

/// Whether buffer k of a rule holds no number below 0.
template <class Rule>
constexpr bool never_negative(std::size_t k) {
    if constexpr (requires { Rule::never_negative(k); }) return Rule::never_negative(k);
    return false;
}

inline std::string optimizer_name(const std::string& what, const std::string& parameter) {
    return std::string(optimizer_prefix) + what + "." + parameter;
}

/// The rows of rates in a state's buffer, as the parameters' names have them; padding included.
template <class T, class Net, class Rule>
std::vector<NamedArray<T>> rate_arrays(const Optimizer<Net, Rule>& optimizer, T* buffer) {
    std::vector<NamedArray<T>> arrays;
    for (std::size_t p = 0; p < Net::parameters.size(); ++p) {
        const ParameterEntry& entry = Net::parameters[p];
        const RateRow& row = optimizer.rate_rows()[p];
        arrays.push_back({.name = optimizer_name("rates", full_name(entry.path, entry.name)),
                          .extents = {row.period},
                          .data = buffer + row.offset,
                          .rows = 1,
                          .width = row.period,
                          .pitch = row.period});
    }
    return arrays;
}

/// All arrays of a state that have the network's type.
template <class T, class Net, class Rule>
std::vector<NamedArray<T>> optimizer_arrays(const Optimizer<Net, Rule>& optimizer, T* rates, T* memory) {
    std::vector<NamedArray<T>> arrays = rate_arrays(optimizer, rates);
    for (std::size_t k = 0; k < optimizer.rule().states(); ++k)
        for (NamedArray<T>& array : parameter_arrays<Net>(memory + k * Net::parameter_elements)) {
            array.name = optimizer_name("memory" + std::to_string(k), array.name);
            arrays.push_back(std::move(array));
        }
    return arrays;
}

/// The first parameter of the layer in which something was pruned.
template <class Net>
std::size_t pruned_parameter(const Divergence& event) {
    std::size_t p = 0;
    while (Net::parameters[p].path != event.path || Net::parameters[p].features != event.features) ++p;
    return p;
}

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

/// Whether what the network carries belongs to a state: where `fit` was stopped within streams.
template <class Net>
bool keeps_carried(const OptimizerState<typename Net::scalar>& state) {
    return CarriedState<Net>::per_stream > 0 && state.place.samples > 0 && state.place.order.streams > 0 &&
           state.carried.size() > 0;
}

/// What the network carried at the place of a state, which is read already; none: nothing.
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
                        "what this network carries for " + std::to_string(streams) + " streams");
    refuse_to_load(fault_of(std::string(optimizer_carried), values), path);
    AlignedBuffer<T> carried(values.size());
    std::copy(values.begin(), values.end(), carried.data());
    return carried;
}

/// Rates come from the file, so the optimizer has to have been made with those of the file.
[[gnu::cold]] inline void require_interval(const TensorFile& file, const std::filesystem::path& path,
                                           std::pair<double, double> made_with) {
    const Tensor* const tensor = file.find(optimizer_interval);
    if (tensor == nullptr) return;  // a file of version 0.1
    const std::vector<double> ends = tensor->values<double>();
    const auto text = [](double least, double most) {
        return is_same_number(least, most) ? "the one rate " + number_text(least)
                                           : "rates from " + number_text(least) + " to " + number_text(most);
    };
    if (!is_same_number(ends[0], made_with.first) || !is_same_number(ends[1], made_with.second))
        fail<FileError>(FileFault::mismatch, path, FileError::whole_file, std::string(optimizer_interval),
                        text(ends[0], ends[1]), text(made_with.first, made_with.second));
}

/// Rates and limits are numbers from 0 on.
template <class T>
Fault fault_of_range(const std::string& array, const std::vector<T>& values) {
    for (const T value : values)
        if (!is_finite(value) || value < 0)
            return {array, std::to_string(value), "finite numbers, none below 0"};
    return {};
}

}  // namespace detail

/// Puts what an optimizer remembers into a file of tensors: for each parameter its rates (a row of
/// them, without the schedule, 0 where pruned) and the rule's buffers (extents as the parameter's).
/// Raises ArgumentError on a number that is not finite, or an optimizer that was moved from.
template <class Net, UpdateRule Rule>
void add_optimizer(TensorFile& file, const Optimizer<Net, Rule>& optimizer) {
    using T = typename Net::scalar;
    optimizer.require_state();
    const OptimizerState<T>& state = optimizer.state();
    const auto arrays = detail::optimizer_arrays<const T>(optimizer, state.rates.data(), state.memory.data());
    for (const auto& array : arrays) {
        const std::vector<T> values = detail::packed(array);
        detail::refuse_to_save(detail::fault_of(array.name, values));
        file.add<T>(array.name, array.extents, std::span<const T>(values));
    }
    file.add<double>(std::string(detail::optimizer_limits), {state.limits.size()},
                     std::span<const double>(state.limits));
    const std::array<double, 2> interval{optimizer.rate_interval().first, optimizer.rate_interval().second};
    file.add<double>(std::string(detail::optimizer_interval), {2}, std::span<const double>(interval));
    const std::array<std::uint64_t, 2> steps{state.steps, state.schedule_steps};
    file.add<std::uint64_t>(std::string(detail::optimizer_steps), {2}, std::span<const std::uint64_t>(steps));
    file.metadata[std::string(detail::optimizer_rule)] = Rule::name;
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

/// What an optimizer of this network, rule and grouping of rates remembers according to a file. Raises
/// FileError if that has nothing of the kind, that of another one (the differences are named), or
/// numbers that cannot be. Give it to `optimizer.state()`, then call `remeasure`.
template <class Net, UpdateRule Rule>
OptimizerState<typename Net::scalar> optimizer_state(const TensorFile& file,
                                                     const std::filesystem::path& path,
                                                     const Optimizer<Net, Rule>& optimizer) {
    using T = typename Net::scalar;
    optimizer.require_state();
    const std::string rule(Rule::name);
    const auto named = file.metadata.find(std::string(detail::optimizer_rule));
    if (named == file.metadata.end() || named->second != rule)
        fail<FileError>(FileFault::mismatch, path, FileError::whole_file, "metadata optimizer.rule",
                        named == file.metadata.end() ? "none" : named->second, rule);
    OptimizerState<T> state;
    state.rates = AlignedBuffer<T>(optimizer.state().rates.size());
    state.memory = AlignedBuffer<T>(optimizer.state().memory.size());
    state.limits.resize(optimizer.state().limits.size());
    const auto arrays = detail::optimizer_arrays<T>(optimizer, state.rates.data(), state.memory.data());
    detail::Differences differences;
    for (const auto& array : arrays) differences.expect(file, array.name, dtype_of<T>, array.extents);
    differences.expect(file, std::string(detail::optimizer_limits), DType::f64, {state.limits.size()});
    differences.expect(file, std::string(detail::optimizer_steps), DType::u64, {2});
    const Tensor* const pruned = file.find(detail::optimizer_pruned);
    const Tensor* const values = file.find(detail::optimizer_pruned_values);
    if (pruned != nullptr || values != nullptr) {
        const Tensor& either = pruned != nullptr ? *pruned : *values;
        const std::size_t events = either.extents.empty() ? 0 : either.extents[0];
        differences.expect(file, std::string(detail::optimizer_pruned), DType::u64, {events, 4});
        differences.expect(file, std::string(detail::optimizer_pruned_values), DType::f64, {events, 3});
    }
    differences.expect_if_there(file, std::string(detail::optimizer_interval), DType::f64, {2});
    differences.expect_if_there(file, std::string(detail::optimizer_place), DType::u64, {detail::place_size});
    if (const Tensor* const carried = file.find(detail::optimizer_carried);
        carried != nullptr && CarriedState<Net>::per_stream > 0)
        differences.expect(file, carried->name, dtype_of<T>, {carried->elements()});
    for (const Tensor& tensor : file.tensors())
        if (tensor.name.starts_with(detail::optimizer_prefix)) differences.expect_known(tensor.name);
    differences.raise_if_any(path, "optimizer", "what this network's optimizer remembers");
    detail::require_interval(file, path, optimizer.rate_interval());
    for (std::size_t a = 0; a < arrays.size(); ++a) {
        const std::vector<T> numbers = file.find(arrays[a].name)->template values<T>();
        // Rates first, then the rule's buffers.
        constexpr std::size_t count = Net::parameters.size();
        const bool from_zero = a < count || detail::never_negative<Rule>(a / count - 1);
        detail::refuse_to_load(from_zero ? detail::fault_of_range(arrays[a].name, numbers)
                                         : detail::fault_of(arrays[a].name, numbers),
                               path);
        detail::unpack(numbers, arrays[a]);
    }
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
    return state;
}

}  // namespace io

/// Writes a model and what its optimizer remembers, durably and all or nothing. `load` without an
/// optimizer reads the model alone.
/// Raises FileError; ArgumentError, and no file, on numbers that could not be loaded, or an optimizer
/// that was made for another model.
template <TrainableModel Net, UpdateRule Rule>
void save(const Net& net, const Optimizer<Net, Rule>& optimizer, const std::filesystem::path& path) {
    optimizer.require_made_for(net);
    io::TensorFile file;
    io::add_model(file, net);
    io::add_optimizer(file, optimizer);
    file.write(path);
}

/// The same with what a recurrent network carries: all of a run over streams between two chunks.
template <TrainableModel Net, UpdateRule Rule>
void save(const Net& net, const CarriedState<Net>& state, const Optimizer<Net, Rule>& optimizer,
          const std::filesystem::path& path) {
    optimizer.require_made_for(net);
    io::TensorFile file;
    io::add_model(file, net);
    io::add_state(file, state);
    io::add_optimizer(file, optimizer);
    file.write(path);
}

/// Reads both into a model and an optimizer of the same types: steps that follow are bit-equal to those
/// that would have followed. Raises FileError and leaves both as they were if that cannot be;
/// ArgumentError if the optimizer was made for another model.
template <TrainableModel Net, UpdateRule Rule>
void load(Net& net, Optimizer<Net, Rule>& optimizer, const std::filesystem::path& path) {
    optimizer.require_made_for(net);
    const io::TensorFile file = io::TensorFile::read(path);
    auto remembered = io::optimizer_state(file, path, optimizer);
    io::take_model(file, path, net);
    optimizer.state() = std::move(remembered);
    optimizer.remeasure(net);
}

/// The same with what a recurrent network carries.
template <TrainableModel Net, UpdateRule Rule>
void load(Net& net, CarriedState<Net>& state, Optimizer<Net, Rule>& optimizer,
          const std::filesystem::path& path) {
    optimizer.require_made_for(net);
    const io::TensorFile file = io::TensorFile::read(path);
    auto remembered = io::optimizer_state(file, path, optimizer);
    CarriedState<Net> carried = state;
    io::take_state(file, path, carried);
    io::take_model(file, path, net);
    state = std::move(carried);
    optimizer.state() = std::move(remembered);
    optimizer.remeasure(net);
}

}  // namespace alrao

#pragma GCC diagnostic pop
