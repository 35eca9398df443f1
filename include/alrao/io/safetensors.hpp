#pragma once

#include <alrao/io/detail/data_place.hpp>
#include <alrao/io/detail/differences.hpp>
#include <alrao/io/detail/file_call.hpp>
#include <alrao/io/detail/stored_numbers.hpp>
#include <alrao/io/detail/tensor_file.hpp>
#include <alrao/model/detail/layer_names.hpp>
#include <alrao/model/model.hpp>
#include <alrao/model/posterior.hpp>
#include <alrao/model/state_dict.hpp>
#include <alrao/tensor/finite.hpp>

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao {

namespace io {

/// Version of the file format that `save` writes. `load` refuses files of other versions.
inline constexpr int model_format_version = 1;

namespace detail {

inline constexpr std::string_view posterior_weights = "posterior.log_weights";
// State of the averaging policy, and its name (in the metadata). A file has both or neither.
inline constexpr std::string_view posterior_memory = "posterior.memory";
inline constexpr std::string_view posterior_policy = "posterior.policy";
inline constexpr std::string_view posterior_steps = "posterior.steps";
// The members `negligible` and `retired` of Posterior. Written only if one of their numbers is not 0.
inline constexpr std::string_view posterior_negligible = "posterior.negligible";
inline constexpr std::string_view posterior_retired = "posterior.retired";

/// Names of the layers of a network as one string, for the metadata.
template <class Net>
std::string layers_text() {
    std::string text;
    for (const std::string& layer : layer_names<Net>())
        text += (text.empty() ? "" : std::string(layer_separator)) + layer;
    return text;
}

/// Checks the metadata "format" and "format_version".
/// @throws FileError if they are not those of a model file
inline void require_format(const TensorFile& file, const std::filesystem::path& path) {
    const auto format = file.metadata.find("format");
    if (format == file.metadata.end() || format->second != "alrao")
        fail<FileError>(FileFault::mismatch, path, FileError::whole_file, "metadata format",
                        format == file.metadata.end() ? "none" : format->second, "alrao");
    const auto version = file.metadata.find("format_version");
    if (version == file.metadata.end() || version->second != std::to_string(model_format_version))
        fail<FileError>(FileFault::unsupported, path, FileError::whole_file, "metadata format_version",
                        version == file.metadata.end() ? "none" : version->second,
                        std::to_string(model_format_version));
}

/// Returns whether the arrays about retirement have to be written.
inline bool counts_retirement(const Posterior& posterior) {
    for (std::size_t j = 0; j < posterior.copies(); ++j)
        if (posterior.negligible[j] != 0 || posterior.retired[j] != 0) return true;
    return false;
}

/// Returns the first error in the numbers of a posterior, on which predictions depend.
inline Fault fault_of(const Posterior& posterior) {
    for (const double value : posterior.log_weights)
        if (value > 1e-9 || (!is_finite(value) && !(value < 0)))
            return {std::string(posterior_weights), std::to_string(value),
                    "logarithms of weights, at most 0"};
    for (const double value : posterior.memory)
        if (!is_finite(value) && !(value < 0))
            return {std::string(posterior_memory), std::to_string(value), "numbers below infinity"};
    for (std::size_t j = 0; j < posterior.copies(); ++j)
        if (posterior.retired[j] != 0 && posterior.weight(j) > 0)
            return {std::string(posterior_retired),
                    "copy " + std::to_string(j) + " of weight " + std::to_string(posterior.weight(j)),
                    "copies of weight 0"};
    double sum = 0;
    for (std::size_t j = 0; j < posterior.copies(); ++j) sum += posterior.weight(j);
    if (!(std::abs(sum - 1) < 1e-6))
        return {std::string(posterior_weights), "weights that sum to " + std::to_string(sum), "1"};
    return {};
}

/// Reads the posterior of a file. Names, types and extents of its arrays must have been checked.
/// @throws FileError if a number is invalid
inline Posterior read_posterior(const TensorFile& file, const std::filesystem::path& path,
                                std::size_t copies) {
    Posterior posterior(copies);
    file.find(posterior_weights)->copy_to(std::span<double>(posterior.log_weights));
    if (const Tensor* memory = file.find(posterior_memory)) {
        posterior.memory.resize(memory->elements());
        memory->copy_to(std::span<double>(posterior.memory));
    }
    if (const auto policy = file.metadata.find(std::string(posterior_policy)); policy != file.metadata.end())
        posterior.policy = policy->second;
    file.find(posterior_steps)->copy_to(std::span<std::uint64_t>(&posterior.steps, 1));
    if (const Tensor* negligible = file.find(posterior_negligible))
        negligible->copy_to(std::span<std::uint64_t>(posterior.negligible));
    if (const Tensor* retired = file.find(posterior_retired))
        retired->copy_to(std::span<std::uint64_t>(posterior.retired));
    refuse_to_load(fault_of(posterior), path);
    return posterior;
}

}  // namespace detail

/// Adds a model to `file`:
/// - each array under its path and name, row-major without padding, features last (Dense: [in, out]);
/// - the posterior of the head, as double;
/// - "fit.place", the position of training in the data and the number of steps; omitted if no step was taken;
/// - in the metadata the names of the layers, because arrays do not distinguish a ReLU from a Tanh.
/// @throws ArgumentError if `take_model` would refuse the model (a number is not finite, or the posterior is
/// invalid), or if the model was moved from
template <TrainableModel Net>
void add_model(TensorFile& file, const Net& net) {
    using T = typename Net::scalar;
    require_numbers(net);
    detail::refuse_to_save(detail::fault_of(net.posterior()));
    for (const auto& array : state_dict(net)) {
        const std::vector<T> values = detail::packed(array);
        detail::refuse_to_save(detail::fault_of(array.name, values));
        file.add<T>(array.name, array.extents, std::span<const T>(values));
    }
    const auto add = [&](std::string_view name, const std::vector<double>& values) {
        file.add<double>(std::string(name), {values.size()}, std::span<const double>(values));
    };
    add(detail::posterior_weights, net.posterior().log_weights);
    if (!net.posterior().memory.empty()) add(detail::posterior_memory, net.posterior().memory);
    if (!net.posterior().policy.empty())
        file.metadata[std::string(detail::posterior_policy)] = net.posterior().policy;
    file.add<std::uint64_t>(std::string(detail::posterior_steps), {1},
                            std::span<const std::uint64_t>(&net.posterior().steps, 1));
    if (detail::counts_retirement(net.posterior())) {
        const Posterior& posterior = net.posterior();
        file.add<std::uint64_t>(std::string(detail::posterior_negligible), {posterior.copies()},
                                std::span<const std::uint64_t>(posterior.negligible));
        file.add<std::uint64_t>(std::string(detail::posterior_retired), {posterior.copies()},
                                std::span<const std::uint64_t>(posterior.retired));
    }
    detail::add_place(file, detail::model_place, net.place());
    file.metadata[std::string(detail::layers_key)] = detail::layers_text<Net>();
    file.metadata["format"] = "alrao";
    file.metadata["format_version"] = std::to_string(model_format_version);
    file.metadata["parameters"] = std::to_string(Net::parameter_count);
}

/// Reads a model from `file` into `net`. `path` is used in error messages. Everything is checked before `net`
/// is changed. F16 and BF16 arrays are converted, which is exact. F32 arrays for a model of double, and F64
/// arrays for a model of float, are refused. Tensors whose names start with `ignored_prefix` (by default
/// "optimizer.", see io/optimizer_state.hpp) or with "carried." (see io/carried_state.hpp) are ignored. If
/// the metadata has no names of layers, as in some files of version 0.1, only the arrays are compared.
/// @throws FileError if the file holds another model (the message lists the differences), has another format
/// version, or contains a number that is not finite or an invalid posterior; `net` is then unchanged
template <TrainableModel Net>
void take_model(const TensorFile& file, const std::filesystem::path& path, Net& net,
                std::string_view ignored_prefix = detail::optimizer_prefix) {
    using T = typename Net::scalar;
    detail::require_format(file, path);
    const auto arrays = state_dict(net);
    detail::Differences differences;
    differences.expect_layers(file, layer_names<Net>());
    for (const auto& array : arrays) differences.expect_values<T>(file, array.name, array.extents);
    differences.expect(file, std::string(detail::posterior_weights), DType::f64, {net.posterior().copies()});
    if (const Tensor* const memory = file.find(detail::posterior_memory))
        differences.expect(file, memory->name, DType::f64, {memory->elements()});
    differences.expect(file, std::string(detail::posterior_steps), DType::u64, {1});
    differences.expect_if_there(file, std::string(detail::posterior_negligible), DType::u64,
                                {net.posterior().copies()});
    differences.expect_if_there(file, std::string(detail::posterior_retired), DType::u64,
                                {net.posterior().copies()});
    differences.expect_if_there(file, std::string(detail::model_place), DType::u64, {detail::place_size});
    differences.refuse_others(file, ignored_prefix);
    differences.raise_if_any(path);
    const DataPlace place = detail::read_place(file, path, detail::model_place);
    Posterior posterior = detail::read_posterior(file, path, net.posterior().copies());
    std::vector<std::vector<T>> values;
    for (const auto& array : arrays) {
        values.push_back(file.find(array.name)->template values<T>());
        detail::refuse_to_load(detail::fault_of(array.name, values.back()), path);
    }
    for (std::size_t a = 0; a < arrays.size(); ++a) detail::unpack(values[a], arrays[a]);
    net.posterior() = std::move(posterior);
    net.place() = place;
}

}  // namespace io

/// Writes a model to a safetensors file, atomically, and forces it to disk: after a crash there is either the
/// complete new file or the old one.
/// @throws FileError if the file cannot be written
/// @throws ArgumentError if `load` would refuse the model (see `io::add_model`); no file is then written
template <TrainableModel Net>
void save(const Net& net, const std::filesystem::path& path) {
    io::TensorFile file;
    io::add_model(file, net);
    file.write(path);
}

/// Reads a model that `save` wrote. `net` must have the type of the saved model; its predictions are then
/// bit-identical to those of the saved model. Another program may have converted the arrays to F16 or BF16,
/// if it keeps the metadata "format", "format_version" and "layers" and removes the keys that begin with
/// "alrao.crc32.".
/// @throws FileError if the file cannot be read or does not match; `net` is then unchanged
template <TrainableModel Net>
void load(Net& net, const std::filesystem::path& path) {
    io::take_model(io::TensorFile::read(path), path, net);
}

// Overloads for incorrect calls. Their static_assert states the error.
template <class First, class... Given>
    requires(io::detail::file_call_fault<false, First, Given...>() != io::detail::FileCallFault::none)
void save(First&&, Given&&...) {
    static_assert(sizeof(io::detail::RefusedFileCall<io::detail::file_call_fault<false, First, Given...>()>) >
                  0);
}
template <class First, class... Given>
    requires(io::detail::file_call_fault<true, First, Given...>() != io::detail::FileCallFault::none)
void load(First&&, Given&&...) {
    static_assert(sizeof(io::detail::RefusedFileCall<io::detail::file_call_fault<true, First, Given...>()>) >
                  0);
}

}  // namespace alrao

#pragma GCC diagnostic pop
