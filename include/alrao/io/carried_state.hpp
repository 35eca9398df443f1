#pragma once

#include <alrao/io/safetensors.hpp>
#include <alrao/model/carried_state.hpp>
#include <alrao/tensor/fail.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What a network carries from chunk to chunk of its streams, in a file beside the model: who loads
/// both goes on in the middle of a text with the same bits.
namespace alrao {

namespace io {

namespace detail {

/// The array of leaf i in a file: its path between "carried." and ".state".
template <class Net>
std::string carried_name(std::size_t i) {
    return std::string(carried_prefix) + full_name(Net::network::chain.nodes[i].path, "state");
}

}  // namespace detail

/// Puts a state into a file of tensors: for each layer that carries something an array
/// [streams, numbers]. Of a network that carries nothing nothing is written.
/// Raises ArgumentError on a number that is not finite.
template <class Net>
void add_state(TensorFile& file, const CarriedState<Net>& state) {
    using T = typename Net::scalar;
    if (CarriedState<Net>::per_stream > 0 && state.batch() == 0)
        fail("alrao: save: this carried state has no streams: was it moved from?");
    for (std::size_t i = 0; i < Net::network::node_count; ++i) {
        const Block<const T> block = state.of_leaf(i, state.batch());
        if (!block) continue;
        const std::span<const T> values(block.data, block.rows * block.channels);
        const std::string name = detail::carried_name<Net>(i);
        detail::refuse_to_save(detail::fault_of(name, std::vector<T>(values.begin(), values.end())));
        file.add<T>(name, {block.rows, block.channels}, values);
    }
}

/// Takes a state out of a file of tensors, for as many streams as `state` was made for. Everything
/// is checked before anything is written: raises FileError and leaves the state as it was if the
/// file has none, one of another network or of other streams, or a number that is not finite.
template <class Net>
void take_state(const TensorFile& file, const std::filesystem::path& path, CarriedState<Net>& state) {
    using T = typename Net::scalar;
    CarriedState<Net> taken(state.batch());
    detail::Differences differences;
    for (std::size_t i = 0; i < Net::network::node_count; ++i)
        if (const Block<T> block = taken.of_leaf(i, state.batch()))
            differences.expect(file, detail::carried_name<Net>(i), dtype_of<T>, {block.rows, block.channels});
    for (const Tensor& tensor : file.tensors())
        if (tensor.name.starts_with(detail::carried_prefix)) differences.expect_known(tensor.name);
    differences.raise_if_any(path, "carried state", "that of this network and its streams");
    for (std::size_t i = 0; i < Net::network::node_count; ++i) {
        const Block<T> block = taken.of_leaf(i, state.batch());
        if (!block) continue;
        const std::string name = detail::carried_name<Net>(i);
        const std::vector<T> values = file.find(name)->template values<T>();
        detail::refuse_to_load(detail::fault_of(name, values), path);
        std::copy(values.begin(), values.end(), block.data);
    }
    state = std::move(taken);
}

}  // namespace io

/// Writes a model and what it carries, durably and all or nothing. `load` without a state reads the
/// model alone.
/// Raises FileError; ArgumentError, and no file, on numbers that could not be loaded.
template <TrainableModel Net>
void save(const Net& net, const CarriedState<Net>& state, const std::filesystem::path& path) {
    io::TensorFile file;
    io::add_model(file, net);
    io::add_state(file, state);
    file.write(path);
}

/// Reads both into a model of the same type and a state of as many streams: what follows is
/// bit-equal to what would have followed. Raises FileError and leaves both as they were if that
/// cannot be.
template <TrainableModel Net>
void load(Net& net, CarriedState<Net>& state, const std::filesystem::path& path) {
    const io::TensorFile file = io::TensorFile::read(path);
    CarriedState<Net> taken = state;
    io::take_state(file, path, taken);
    io::take_model(file, path, net);
    state = std::move(taken);
}

}  // namespace alrao
