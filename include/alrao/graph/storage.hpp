#pragma once

#include <alrao/graph/flat.hpp>
#include <alrao/layers/facts.hpp>
#include <alrao/shape/shape.hpp>

#include <cstddef>

namespace alrao::graph {

/// The three parts of the arena. Their sizes are proportional to time steps * batch size, proportional to
/// batch size, and fixed.
enum class Zone : unsigned char { token, sample, fixed };

/// A piece of memory that one or more values use. Times (`first`, `last`) count the calls of a training step
/// with n leaves: forward of leaf i is call i, its backward is call 2n - 1 - i.
struct Storage {
    Zone zone = Zone::sample;
    std::size_t pixels = 0, channels = 0;
    std::size_t first = nothing, last = 0;
    std::size_t parent = nothing, channel = 0;  ///< set if this is a range of channels of another storage
    std::size_t made_part_by = nothing;  ///< if `parent` is set: the mark that ends this branch of the Concat
    bool external = false;               ///< the network's input: the caller's memory
    bool shared = false;                 ///< read by more than one branch
    bool kept = false;                   ///< backward reads its current value
    bool reshaped = false;               ///< a value uses it with another, contiguous shape

    /// Extends the lifetime to call `time`.
    constexpr void touch(std::size_t time) {
        if (first == nothing || time < first) first = time;
        if (time > last) last = time;
    }
    constexpr bool used() const { return first != nothing; }
    constexpr std::size_t size() const { return pixels * channels; }
};

/// A value between two leaves, with the indices of its storage and of its gradient's storage.
struct Value {
    Shape shape{};
    std::size_t storage = nothing, gradient = nothing;
    constexpr bool has_gradient() const { return gradient != nothing; }
};

/// The storages of a leaf without private memory.
inline constexpr ByZone<std::size_t> no_storages{nothing, nothing, nothing};

/// The indices of a leaf's values and private storages.
struct Wiring {
    std::size_t input = nothing, output = nothing;  ///< values
    ByZone<std::size_t> saved = no_storages, forward_scratch = no_storages, backward_scratch = no_storages;
    std::size_t fork = nothing;  ///< for an add or join: index of its fork; for a fork: index of its end
    std::size_t next = nothing;  ///< for a fork or next_branch: index of the next mark of the same fork
    /// For a mark at the end of a branch of a Concat: memory could not be shared, so the join copies.
    bool copies_value = false, copies_gradient = false;
};

}  // namespace alrao::graph
