#pragma once

#include <alrao/graph/fusion.hpp>
#include <alrao/graph/storage.hpp>

#include <array>
#include <cstddef>

namespace alrao::graph {

/// The values of a network, and the storages that hold them.
template <std::size_t Count>
struct Layout {
    std::array<Wiring, Count> wiring{};
    std::array<Value, Count + 1> values{};
    std::array<Storage, 11 * Count + 2> storages{};
    std::size_t value_count = 0, storage_count = 0;
    bool training = true;

    // add_storage, add_block and add_value return the index of the new storage or value.
    constexpr std::size_t add_storage(Zone zone, std::size_t pixels, std::size_t channels) {
        storages[storage_count] = Storage{.zone = zone, .pixels = pixels, .channels = channels};
        return storage_count++;
    }
    constexpr std::size_t add_block(const Shape& shape) {
        return add_storage(shape.per_token ? Zone::token : Zone::sample, shape.pixels(), shape.channels());
    }
    constexpr std::size_t add_value(const Shape& shape, std::size_t storage, std::size_t gradient) {
        values[value_count] = Value{shape, storage, gradient};
        return value_count++;
    }
    /// Adds the storages of a leaf's private memory, alive from call `first` to call `last`, and stores their
    /// indices in `numbers`.
    constexpr void add_private(ByZone<std::size_t>& numbers, const Memory& memory, std::size_t first,
                               std::size_t last) {
        const auto add = [&](std::size_t& number, Zone zone, std::size_t size) {
            if (size == 0) return;
            number = add_storage(zone, 1, size);
            storages[number].touch(first);
            storages[number].touch(last);
        };
        add(numbers.per_token, Zone::token, memory.per_token);
        add(numbers.per_sample, Zone::sample, memory.per_sample);
        add(numbers.fixed, Zone::fixed, memory.fixed);
    }
    /// Makes a storage the channels [channel, ...) of another. Returns false, and changes nothing, if the
    /// storage is the caller's, is used with another shape, or is already part of another storage. The whole
    /// inherits `kept` and `shared` of the part, so that it is not overwritten while the part is needed.
    constexpr bool make_part(std::size_t part, std::size_t whole, std::size_t channel, std::size_t mark,
                             const Shape& shape) {
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
    /// Marks a storage that a value uses with another shape, for which it must be contiguous. It can then not
    /// be a range of channels of another storage; if it was one, the range is undone and the join copies.
    constexpr void reshape(std::size_t number, const Shape& shape) {
        Storage& storage = storages[number];
        if (storage.pixels == shape.pixels() && storage.channels == shape.channels()) return;
        storage.reshaped = true;
        if (storage.parent == nothing) return;
        storage.parent = nothing;
        wiring[storage.made_part_by].copies_value = true;
    }
    constexpr void touch_value(const Value& value, std::size_t time) { storages[value.storage].touch(time); }
    constexpr void touch_gradient(const Value& value, std::size_t time) {
        if (value.has_gradient()) storages[value.gradient].touch(time);
    }
};

/// A composition while it is open: the leaf that opened it, and its last mark so far.
struct OpenMarks {
    std::size_t fork = 0, last_mark = 0;
};

/// Lays out a fused chain, leaf by leaf.
template <std::size_t Count>
class LayoutBuilder {
public:
    constexpr LayoutBuilder(const FusedChain<Count>& chain, bool training) : chain_(chain) {
        layout_.training = training;
        const Shape& input = chain.nodes[0].input;
        current_ = layout_.add_value(input, layout_.add_block(input), nothing);
        layout_.storages[0].external = true;
    }

    constexpr void add(std::size_t i) {
        layout_.wiring[i].input = current_;
        switch (chain_.nodes[i].mark) {
        case Mark::layer: add_layer(i); break;
        case Mark::fork: add_fork(i); break;
        case Mark::next_branch: add_next_branch(i); break;
        case Mark::add:
        case Mark::concat: add_meeting(i); break;
        }
    }

    constexpr const Layout<Count>& layout() const { return layout_; }

private:
    static constexpr std::size_t backward_call(std::size_t i) { return 2 * Count - 1 - i; }

    constexpr const Value& value(std::size_t number) const { return layout_.values[number]; }

    /// The output of leaf i becomes what the next leaf reads.
    constexpr Value put_out(std::size_t i, const Shape& shape, std::size_t storage, std::size_t gradient) {
        current_ = layout_.wiring[i].output = layout_.add_value(shape, storage, gradient);
        return value(current_);
    }

    /// Whether leaf i may overwrite its input: no other leaf and no backward call reads it.
    constexpr bool may_overwrite(const Value& in, const Facts& facts) const {
        const Storage& storage = layout_.storages[in.storage];
        return !storage.external && !storage.shared && !storage.kept &&
               !(layout_.training && facts.backward_needs_input);
    }

    constexpr void add_layer(std::size_t i) {
        const Facts& facts = chain_.nodes[i].facts;
        const Value in = value(current_);
        const bool elementwise = facts.elementwise || chain_.nodes[i].kernel.works_in_place;
        const bool in_place = elementwise && (facts.moves_nothing || may_overwrite(in, facts));
        const std::size_t storage = in_place ? in.storage : layout_.add_block(facts.output);
        if (in_place) layout_.reshape(storage, facts.output);
        const bool learns = layout_.training && (in.has_gradient() || facts.parameters.size > 0);
        std::size_t gradient = nothing;
        if (learns && facts.copies == 0)
            gradient = elementwise && in.has_gradient() ? in.gradient : layout_.add_block(facts.output);
        const Value out = put_out(i, facts.output, storage, gradient);
        touch_layer(i, in, out, learns);
    }

    /// Records the calls in which the values and the private memory of a layer are in use.
    constexpr void touch_layer(std::size_t i, const Value& in, const Value& out, bool learns) {
        const Facts& facts = chain_.nodes[i].facts;
        Wiring& wire = layout_.wiring[i];
        const std::size_t back = backward_call(i);
        layout_.touch_value(in, i);
        layout_.touch_value(out, i);
        layout_.add_private(wire.forward_scratch, facts.forward_scratch, i, i);
        // What a layer saves for its statistics is read once more when the step is accepted.
        const bool commits = layout_.training && facts.statistics.size > 0;
        layout_.add_private(wire.saved, facts.saved, i, commits ? 2 * Count - 1 : learns ? back : i);
        if (!learns) return;
        layout_.touch_gradient(out, back);
        layout_.touch_gradient(in, back);
        layout_.add_private(wire.backward_scratch, facts.backward_scratch, back, back);
        if (facts.backward_needs_input) {
            layout_.touch_value(in, back);
            layout_.storages[in.storage].kept = true;
        }
        if (facts.backward_needs_output) {
            layout_.touch_value(out, back);
            layout_.storages[out.storage].kept = true;
        }
    }

    constexpr void add_fork(std::size_t i) {
        const Value in = value(current_);
        layout_.storages[in.storage].shared = true;
        open_[depth_++] = OpenMarks{i, i};
        // The gradient of the first branch's input uses the memory of the gradient of the fork's input; the
        // gradients of the other branches are added to it.
        put_out(i, in.shape, in.storage, in.gradient);
        layout_.touch_gradient(in, backward_call(i));
    }

    constexpr void add_next_branch(std::size_t i) {
        OpenMarks& marks = open_[depth_ - 1];
        layout_.wiring[marks.last_mark].next = i;
        marks.last_mark = i;
        layout_.wiring[i].fork = marks.fork;
        const Value start = value(layout_.wiring[marks.fork].input);
        const std::size_t gradient = start.has_gradient() ? layout_.add_block(start.shape) : nothing;
        if (gradient != nothing) layout_.storages[gradient].touch(backward_call(marks.fork));
        put_out(i, start.shape, start.storage, gradient);
    }

    /// The value that ends a branch is the input of the mark that follows the branch.
    constexpr const Value& end_of_branch(std::size_t mark) const { return value(layout_.wiring[mark].input); }
    constexpr std::size_t next(std::size_t mark) const { return layout_.wiring[mark].next; }

    constexpr void add_meeting(std::size_t i) {
        const OpenMarks marks = open_[--depth_];
        layout_.wiring[i].fork = marks.fork;
        layout_.wiring[marks.fork].fork = i;
        layout_.wiring[marks.last_mark].next = i;
        bool learns = false;
        for (std::size_t mark = next(marks.fork); mark != nothing; mark = next(mark))
            learns = learns || end_of_branch(mark).has_gradient();
        const Value out =
            chain_.nodes[i].mark == Mark::add ? add_sum(i, marks.fork, learns) : add_join(i, learns);
        layout_.touch_value(out, i);
        layout_.touch_gradient(out, backward_call(i));
        for (std::size_t mark = next(marks.fork); mark != nothing; mark = next(mark)) {
            layout_.touch_value(end_of_branch(mark), i);
            layout_.touch_gradient(end_of_branch(mark), backward_call(i));
        }
        if (chain_.nodes[i].mark == Mark::concat) share_branches(out, marks.fork);
    }

    /// The sum overwrites its first term if nothing else reads that term and its storage is neither the input
    /// of the network nor a part of another storage. Its gradient uses the memory of the gradient of the
    /// first term, unless that is a part of another storage.
    constexpr Value add_sum(std::size_t i, std::size_t fork, bool learns) {
        const Shape& shape = chain_.nodes[i].facts.output;
        const Value first = end_of_branch(next(fork));
        const Storage& target = layout_.storages[first.storage];
        const bool in_place = !target.external && !target.shared && !target.kept && target.parent == nothing;
        const std::size_t storage = in_place ? first.storage : layout_.add_block(shape);
        std::size_t gradient = nothing;
        if (learns) {
            const bool alias = first.has_gradient() && layout_.storages[first.gradient].parent == nothing;
            gradient = alias ? first.gradient : layout_.add_block(shape);
        }
        return put_out(i, shape, storage, gradient);
    }

    constexpr Value add_join(std::size_t i, bool learns) {
        const Shape& shape = chain_.nodes[i].facts.output;
        const std::size_t storage = layout_.add_block(shape);
        return put_out(i, shape, storage, learns ? layout_.add_block(shape) : nothing);
    }

    /// Makes the output of each branch of a Concat a range of channels of the joined output, if `make_part`
    /// accepts it; otherwise the join copies.
    constexpr void share_branches(const Value& out, std::size_t fork) {
        std::size_t channel = 0;
        for (std::size_t mark = next(fork); mark != nothing; mark = next(mark)) {
            const Value branch = end_of_branch(mark);
            Wiring& wire = layout_.wiring[mark];
            wire.copies_value = !layout_.make_part(branch.storage, out.storage, channel, mark, branch.shape);
            wire.copies_gradient = branch.has_gradient() && !layout_.make_part(branch.gradient, out.gradient,
                                                                               channel, mark, branch.shape);
            channel += branch.shape.channels();
        }
    }

    const FusedChain<Count>& chain_;
    Layout<Count> layout_{};
    std::size_t current_ = nothing;
    std::array<OpenMarks, Path::max_depth> open_{};
    std::size_t depth_ = 0;
};

/// Decides which values share memory, and the lifetime of each storage, for training or for prediction.
///
/// An elementwise layer works in place if no other call reads the value that it overwrites. A branch of a
/// Concat writes its channels of the joined output directly. The gradient of the first branch's input uses
/// the memory of the gradient of the composition's input. The gradient of each further branch's input has its
/// own memory; the fork adds it to that of the first.
template <std::size_t Count>
constexpr Layout<Count> lay_out(const FusedChain<Count>& chain, bool training) {
    if constexpr (Count == 0) {
        return {};
    } else {
        if (!chain.accepted) return {};
        LayoutBuilder<Count> builder(chain, training);
        for (std::size_t i = 0; i < Count; ++i) builder.add(i);
        return builder.layout();
    }
}

}  // namespace alrao::graph
