#pragma once

#include <alrao/graph/flat.hpp>
#include <alrao/layers/facts.hpp>
#include <alrao/shape/shape.hpp>

#include <cstddef>

namespace alrao::graph {

/// Which of the three parts of the arena a block lies in: it grows with steps x batch, with batch, or
/// not at all.
enum class Zone : unsigned char { token, sample, fixed };

/// Memory that values share while it is alive. Times count the calls of a training step: forward of
/// leaf i is call i, its backward call 2n - 1 - i.
struct Storage {
    Zone zone = Zone::sample;
    std::size_t pixels = 0, channels = 0;
    std::size_t first = nothing, last = 0;
    std::size_t parent = nothing, channel = 0;  ///< it is these channels of another storage
    std::size_t made_part_by = nothing;         ///< the mark that ends that branch of a Concat
    bool external = false;                      ///< the network's input: the caller's memory
    bool shared = false;                        ///< more than one path reads it
    bool kept = false;                          ///< backward reads what it holds now
    bool reshaped = false;                      ///< some value has it in another shape, contiguous

    constexpr void touch(std::size_t time) {
        if (first == nothing || time < first) first = time;
        if (time > last) last = time;
    }
    constexpr bool used() const { return first != nothing; }
    constexpr std::size_t size() const { return pixels * channels; }
};

/// What flows between two leaves: where it is, and where its gradient is.
struct Value {
    Shape shape{};
    std::size_t storage = nothing, gradient = nothing;
    constexpr bool has_gradient() const { return gradient != nothing; }
};

/// A leaf without memory of its own.
inline constexpr ByZone<std::size_t> no_storages{nothing, nothing, nothing};

/// A leaf with the numbers of its values and private storages.
struct Wiring {
    std::size_t input = nothing, output = nothing;  ///< values
    ByZone<std::size_t> saved = no_storages, forward_scratch = no_storages, backward_scratch = no_storages;
    std::size_t fork = nothing;  ///< of a join: its fork's leaf; of a fork: its join's
    std::size_t next = nothing;  ///< of a fork, next_branch: the next of the same fork
    /// Of a mark that ends a branch of a Concat: memory could not be shared, the join copies.
    bool copies_value = false, copies_gradient = false;
};

}  // namespace alrao::graph
