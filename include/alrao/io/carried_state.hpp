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

/// Saves and loads the state that a recurrent network carries from one chunk of its streams to the next, in
/// the file of its model. A program that loads both continues in the middle of a text with bit-identical
/// results.
namespace alrao {

namespace io {

namespace detail {

/// Name of the array of leaf (layer) i in a file: "carried.PATH.state".
template <class Net>
std::string carried_name(std::size_t i) {
    return std::string(carried_prefix) + full_name(Net::network::chain.nodes[i].path, "state");
}

}  // namespace detail

/// Adds a carried state to `file`: an array "carried.PATH.state" of shape [streams, numbers] for each layer
/// with a state. Adds nothing if the network has no recurrent layers.
/// @throws ArgumentError if a number is not finite, or the state was moved from
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

/// Reads a carried state from `file` into `state`. The file must have as many streams as `state`. `path` is
/// used in error messages. Everything is checked before `state` is changed.
/// @throws FileError if the file has no state, the state of another network or of another number of streams,
/// or a number that is not finite; `state` is then unchanged
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
    differences.raise_if_any(path, "carried state", "the state of this network with these streams");
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

/// Writes a model and its carried state to one file, atomically, and forces it to disk (see
/// `io::BasicAtomicFile`). `load(net, path)` reads only the model of such a file.
/// @throws FileError if the file cannot be written
/// @throws ArgumentError if `load` would refuse the file (see `io::add_model`, `io::add_state`); no file is
/// then written
template <TrainableModel Net>
void save(const Net& net, const CarriedState<Net>& state, const std::filesystem::path& path) {
    io::TensorFile file;
    io::add_model(file, net);
    io::add_state(file, state);
    file.write(path);
}

/// Reads a model and its carried state. The model must have the type of the saved model, and the state must
/// have as many streams as the saved state. All following results are bit-identical to those of a program
/// that was not interrupted.
/// @throws FileError if the file cannot be read or does not match; model and state are then unchanged
template <TrainableModel Net>
void load(Net& net, CarriedState<Net>& state, const std::filesystem::path& path) {
    const io::TensorFile file = io::TensorFile::read(path);
    CarriedState<Net> taken = state;
    io::take_state(file, path, taken);
    io::take_model(file, path, net);
    state = std::move(taken);
}

}  // namespace alrao
