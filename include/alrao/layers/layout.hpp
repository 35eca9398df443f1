#pragma once

#include <alrao/layers/chain.hpp>

#include <array>
#include <cstddef>

namespace alrao::layers {

inline constexpr std::size_t nothing = static_cast<std::size_t>(-1);

/// Which of the three parts of the arena a block lies in: it grows with steps x batch, with batch, or
/// not at all.
enum class Zone : unsigned char { token, sample, fixed };

/// Memory that values share while it is alive. Times count the calls of a training step: forward of
/// leaf i is call i, its backward call 2n - 1 - i.
struct Storage {
    Zone zone = Zone::sample;
    std::size_t pixels = 0, channels = 0;
    std::size_t first = nothing, last = 0;
    std::size_t parent = nothing, channel = 0;     ///< it is these channels of another storage
    std::size_t made_part_by = nothing;            ///< the mark that ends that branch of a Concat
    bool external = false;                         ///< the network's input: the caller's memory
    bool shared = false;                           ///< more than one path reads it
    bool kept = false;                             ///< backward reads what it holds now
    bool reshaped = false;                         ///< some value has it in another shape, contiguous

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

/// A leaf with the numbers of its values and private storages.
struct Wiring {
    std::size_t input = nothing, output = nothing;          ///< values
    std::size_t saved[3] = {nothing, nothing, nothing};     ///< by zone
    std::size_t forward_scratch[3] = {nothing, nothing, nothing};
    std::size_t backward_scratch[3] = {nothing, nothing, nothing};
    std::size_t fork = nothing;               ///< of a join: its fork's leaf; of a fork: its join's
    std::size_t next = nothing;               ///< of a fork, next_branch: the next of the same fork
    bool ends_with_relu = false;              ///< its kernel does the ReLU that follows
    std::size_t pooling = nothing;            ///< its kernel does this leaf, a pooling, as well
    bool takes_pieces = false;                ///< of its output, for the next leaf
    bool done_by_previous = false;            ///< this is that ReLU, or that pooling
    /// Of a mark that ends a branch of a Concat: memory could not be shared, the join copies.
    bool copies_value = false, copies_gradient = false;
};

template <std::size_t Count>
struct Layout {
    std::array<Wiring, Count> wiring{};
    std::array<Value, Count + 1> values{};
    std::array<Storage, 11 * Count + 2> storages{};
    std::size_t value_count = 0, storage_count = 0;
    bool training = true;

    constexpr std::size_t add_storage(Zone zone, std::size_t pixels, std::size_t channels) {
        storages[storage_count] = Storage{.zone = zone, .pixels = pixels, .channels = channels};
        return storage_count++;
    }
    constexpr std::size_t add_block(const Shape& shape) {
        return add_storage(shape.per_token ? Zone::token : Zone::sample, shape.pixels(),
                           shape.channels());
    }
    constexpr std::size_t add_value(const Shape& shape, std::size_t storage, std::size_t gradient) {
        values[value_count] = Value{shape, storage, gradient};
        return value_count++;
    }
    constexpr void add_private(std::size_t (&numbers)[3], const Memory& memory, std::size_t first,
                               std::size_t last) {
        const std::size_t sizes[3] = {memory.per_token, memory.per_sample, memory.fixed};
        for (std::size_t zone = 0; zone < 3; ++zone) {
            if (sizes[zone] == 0) continue;
            numbers[zone] = add_storage(static_cast<Zone>(zone), 1, sizes[zone]);
            storages[numbers[zone]].touch(first);
            storages[numbers[zone]].touch(last);
        }
    }
    /// Makes a storage the channels [channel, ...) of another, if it is not yet part of one. What
    /// must not happen to the part must not happen to the whole from then on.
    constexpr bool make_part(std::size_t part, std::size_t whole, std::size_t channel,
                             std::size_t mark, const Shape& shape) {
        Storage& storage = storages[part];
        if (storage.external || storage.reshaped || storage.parent != nothing) return false;
        if (storage.pixels != shape.pixels() || storage.channels != shape.channels()) return false;
        storage.parent = whole;
        storage.channel = channel;
        storage.made_part_by = mark;
        storages[whole].kept = storages[whole].kept || storage.kept;
        storages[whole].shared = storages[whole].shared || storage.shared;
        return true;
    }
    /// Somebody needs the numbers of a storage in another shape, so without gaps between pixels: it
    /// is no part of another then, and where it was, its join copies.
    constexpr void reshape(std::size_t number, const Shape& shape) {
        Storage& storage = storages[number];
        if (storage.pixels == shape.pixels() && storage.channels == shape.channels()) return;
        storage.reshaped = true;
        if (storage.parent == nothing) return;
        storage.parent = nothing;
        wiring[storage.made_part_by].copies_value = true;
    }
    /// What a kernel hands on in registers is never in memory, unless it lies where that kernel's
    /// own operand does.
    constexpr void forget(std::size_t number, std::size_t operand) {
        if (number == nothing || number == operand) return;
        storages[number].first = nothing;
        storages[number].last = 0;
    }
    constexpr void touch_value(const Value& value, std::size_t time) {
        storages[value.storage].touch(time);
    }
    constexpr void touch_gradient(const Value& value, std::size_t time) {
        if (value.has_gradient()) storages[value.gradient].touch(time);
    }
};

/// A composition while it is open: the leaf that opened it, and its last mark so far.
struct OpenMarks {
    std::size_t fork = 0, last_mark = 0;
};

/// The leaf whose kernel pools as leaf i says, too: right before it, or before its ReLU.
template <std::size_t Count>
constexpr std::size_t pooling_kernel(const Chain<Count>& chain, const Layout<Count>& layout,
                                     std::size_t i) {
    if (i == 0 || !chain.nodes[i].facts.pools_disjointly) return nothing;
    const bool rectified = chain.nodes[i - 1].facts.is_relu && layout.wiring[i - 1].done_by_previous;
    const std::size_t before = rectified ? i - 2 : i - 1;
    return chain.nodes[before].facts.accepts_pooling ? before : nothing;
}

/// Decides which values share memory and from when to when each is needed; training or prediction.
///
/// Elementwise layers work in place where nobody needs what they overwrite. A branch of a Concat
/// writes its channels of the joined output directly. Each branch has a gradient of its own, which
/// the fork sums up; the first branch's is the fork's own.
template <std::size_t Count>
constexpr Layout<Count> lay_out(const Chain<Count>& chain, bool training) {
    Layout<Count> layout;
    layout.training = training;
    if (!chain.accepted() || Count == 0) return layout;
    auto& wiring = layout.wiring;
    const auto& nodes = chain.nodes;
    const auto backward_call = [](std::size_t i) { return 2 * Count - 1 - i; };

    std::size_t current = layout.add_value(nodes[0].input, layout.add_block(nodes[0].input), nothing);
    layout.storages[0].external = true;
    std::array<OpenMarks, Path::max_depth> open{};
    std::size_t depth = 0;

    for (std::size_t i = 0; i < Count; ++i) {
        const Node& node = nodes[i];
        const Facts& facts = node.facts;
        Wiring& wire = wiring[i];
        wire.input = current;
        const Value in = layout.values[current];
        const std::size_t back = backward_call(i);
        switch (node.mark) {
        case Mark::layer: {
            const std::size_t pooling = pooling_kernel(chain, layout, i);
            if (pooling != nothing) {
                // The kernel before pools: what lies between is neither written nor read.
                const Value from = layout.values[wiring[pooling].input];
                wiring[pooling].pooling = i;
                wire.done_by_previous = true;
                layout.forget(in.storage, from.storage);
                layout.forget(in.gradient, from.gradient);
                const std::size_t gradient =
                    in.has_gradient() ? layout.add_block(facts.output) : nothing;
                current = wire.output =
                    layout.add_value(facts.output, layout.add_block(facts.output), gradient);
                layout.touch_value(layout.values[current], pooling);
                layout.touch_gradient(layout.values[current], backward_call(pooling));
                break;
            }
            const Storage& before = layout.storages[in.storage];
            const bool free_to_change = !before.external && !before.shared && !before.kept &&
                                        !(training && facts.backward_needs_input);
            const bool in_place =
                facts.elementwise && (facts.moves_nothing || free_to_change);
            const std::size_t storage = in_place ? in.storage : layout.add_block(facts.output);
            if (in_place) layout.reshape(storage, facts.output);
            // The kernel before ends with the ReLU, if that kernel can and nobody needs what is between.
            const bool fused =
                facts.is_relu && in_place && i > 0 && nodes[i - 1].facts.accepts_relu;
            if (fused) wire.done_by_previous = wiring[i - 1].ends_with_relu = true;
            if (training && i > 0 && facts.wants_pieces && nodes[i - 1].facts.takes_pieces)
                wiring[i - 1].takes_pieces = true;
            const bool calls_backward = !(fused && nodes[i - 1].facts.differentiates_relu);
            const bool learns = training && (in.has_gradient() || facts.parameters.size > 0);
            std::size_t gradient = nothing;
            if (learns && facts.copies == 0)
                gradient = facts.elementwise && in.has_gradient() ? in.gradient
                                                                  : layout.add_block(facts.output);
            current = wire.output = layout.add_value(facts.output, storage, gradient);
            const Value out = layout.values[current];
            layout.touch_value(in, i);
            layout.touch_value(out, i);
            layout.add_private(wire.forward_scratch, facts.forward_scratch, i, i);
            // What a layer saves for its statistics is read once more when the step is accepted.
            const bool commits = training && facts.statistics.size > 0;
            layout.add_private(wire.saved, facts.saved, i,
                               commits ? 2 * Count - 1 : learns ? back : i);
            if (learns) {
                layout.touch_gradient(out, back);
                layout.touch_gradient(in, back);
                layout.add_private(wire.backward_scratch, facts.backward_scratch, back, back);
            }
            if (learns && calls_backward) {
                if (facts.backward_needs_input) layout.touch_value(in, back);
                if (facts.backward_needs_output) layout.touch_value(out, back);
                if (facts.backward_needs_input) layout.storages[in.storage].kept = true;
                if (facts.backward_needs_output) layout.storages[out.storage].kept = true;
            }
            break;
        }
        case Mark::fork:
            layout.storages[in.storage].shared = true;
            open[depth++] = OpenMarks{i, i};
            // The first branch's gradient is the fork's own; the others are added to it.
            current = wire.output = layout.add_value(in.shape, in.storage, in.gradient);
            layout.touch_gradient(in, back);
            break;
        case Mark::next_branch: {
            OpenMarks& marks = open[depth - 1];
            wiring[marks.last_mark].next = i;
            marks.last_mark = i;
            wire.fork = marks.fork;
            const Value start = layout.values[wiring[marks.fork].input];
            const std::size_t gradient =
                start.has_gradient() ? layout.add_block(start.shape) : nothing;
            if (gradient != nothing)
                layout.storages[gradient].touch(backward_call(marks.fork));
            current = wire.output = layout.add_value(start.shape, start.storage, gradient);
            break;
        }
        case Mark::add:
        case Mark::concat: {
            const OpenMarks marks = open[--depth];
            wire.fork = marks.fork;
            wiring[marks.fork].fork = i;
            wiring[marks.last_mark].next = i;
            // The value that ends a branch is the input of the mark that follows the branch.
            bool learns = false;
            for (std::size_t mark = wiring[marks.fork].next; mark != nothing; mark = wiring[mark].next)
                learns = learns || layout.values[wiring[mark].input].has_gradient();
            const bool sum = node.mark == Mark::add;
            const Value first = layout.values[wiring[wiring[marks.fork].next].input];
            const Storage& target = layout.storages[first.storage];
            const bool in_place = sum && !target.external && !target.shared && !target.kept &&
                                  target.parent == nothing;
            const std::size_t storage = in_place ? first.storage : layout.add_block(facts.output);
            std::size_t gradient = nothing;
            if (learns) {
                const bool alias = sum && first.has_gradient() &&
                                   layout.storages[first.gradient].parent == nothing;
                gradient = alias ? first.gradient : layout.add_block(facts.output);
            }
            current = wire.output = layout.add_value(facts.output, storage, gradient);
            const Value out = layout.values[current];
            layout.touch_value(out, i);
            layout.touch_gradient(out, back);
            std::size_t channel = 0;
            for (std::size_t mark = wiring[marks.fork].next; mark != nothing; mark = wiring[mark].next) {
                const Value branch = layout.values[wiring[mark].input];
                layout.touch_value(branch, i);
                layout.touch_gradient(branch, back);
                if (sum) continue;
                wiring[mark].copies_value =
                    !layout.make_part(branch.storage, out.storage, channel, mark, branch.shape);
                wiring[mark].copies_gradient =
                    branch.has_gradient() &&
                    !layout.make_part(branch.gradient, out.gradient, channel, mark, branch.shape);
                channel += branch.shape.channels();
            }
            break;
        }
        }
    }
    return layout;
}

}  // namespace alrao::layers
