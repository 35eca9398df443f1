#pragma once

#include <alrao/model/arrays.hpp>
#include <alrao/train/any_source.hpp>
#include <alrao/train/augmented.hpp>
#include <alrao/train/streams.hpp>
#include <alrao/train/task.hpp>

#include <cstddef>
#include <type_traits>

namespace alrao::detail {

/// Whether an argument converts to a data source of scalar type T.
template <class Data, class T>
concept SourceOf = std::is_convertible_v<Data, AnySource<T>>;

template <class Data>
inline constexpr bool is_augmented = false;
template <class T>
inline constexpr bool is_augmented<Augmented<T>> = true;

enum class SourceFault : unsigned char {
    none,
    no_source,
    like_source,
    other_scalar,
    arrays,
    samples_for_steps,
    streams_for_samples,
    streams_without_classifier
};

/// The fault of data for a network, from their types.
template <class Net, class Given>
constexpr SourceFault source_fault() {
    using Data = std::remove_cvref_t<Given>;
    using T = typename Net::scalar;
    constexpr Shape in = Net::network::input_shape, out = Net::network::output_shape;
    if constexpr (!SourceOf<Given, T>) {
        if constexpr (is_dataset<Data> || is_augmented<Data>) return SourceFault::other_scalar;
        else if constexpr (!HoldsOneOf<Data, void>) return SourceFault::arrays;
        else if constexpr (LikeDataSource<Data>) return SourceFault::like_source;
        else return SourceFault::no_source;
    } else if constexpr (is_streams<Data>) {
        if (!in.per_token || in.size() != 1) return SourceFault::streams_for_samples;
        if (!out.per_token || task_of<Net> != Task::classification)
            return SourceFault::streams_without_classifier;
        return SourceFault::none;
    } else {
        const bool samples = is_dataset<Data> || is_augmented<Data>;
        return samples && in.per_token ? SourceFault::samples_for_steps : SourceFault::none;
    }
}

/// Instantiated if data are refused, for the faults that `fit` and `evaluate` report alike: exactly one of its
/// static_asserts fails.
template <SourceFault fault, class Data, class T>
struct RefusedSource {
    template <SourceFault What>
    static constexpr bool other = fault != What;
    using enum SourceFault;

    static_assert(other<samples_for_steps>,
                  "alrao: a Dataset holds single samples, and this network takes sequences: use Streams, "
                  "or a DataSource of your own");
    static_assert(other<streams_for_samples>,
                  "alrao: Streams hold tokens: begin the network with Tokens, Embedding");
    static_assert(other<streams_without_classifier>,
                  "alrao: Streams have a label for each token: end the network with a classifier that has "
                  "an output for each time step");
    static_assert(sizeof(std::conditional_t<fault == like_source, CheckedDataSource<Data, T>, int>) > 0);
};

}  // namespace alrao::detail
