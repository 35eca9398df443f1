#pragma once

#include <alrao/graph/layout.hpp>
#include <alrao/graph/plan.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

/// A slow interpreter of memory plans. It simulates a training step (or a prediction) of a chain: it determines
/// from the chain alone what each call reads and writes, and records which content is in which part of memory.
/// A call that does not find the content it needs is a fault of the plan. Each lookup searches the whole
/// memory, O(n^2), without using the code that creates plans.
namespace plan_checker {
using namespace alrao;
using namespace alrao::graph;

/// A range of channels of a storage with one content.
struct Part {
    std::size_t content = 0, begin = 0, end = 0;
};
/// A value or gradient: its expected position and content.
struct Tensor {
    std::size_t storage = nothing;
    std::vector<Part> parts{};
};
/// A range of channels of a block of memory.
struct Location {
    Zone zone = Zone::sample;
    std::size_t root = 0, begin = 0, end = 0;  ///< in elements of the zone
    std::size_t first_channel = 0, last_channel = 0;
};
struct Cell {
    Location where{};
    std::size_t content = 0;
};

inline bool overlap(const Location& a, const Location& b) {
    if (a.zone != b.zone || a.begin >= b.end || b.begin >= a.end) return false;
    if (a.root != b.root) return true;
    return a.first_channel < b.last_channel && b.first_channel < a.last_channel;
}
inline bool same(const Location& a, const Location& b) {
    return a.root == b.root && a.first_channel == b.first_channel && a.last_channel == b.last_channel;
}

template <std::size_t Count>
class Checker {
public:
    Checker(const FusedChain<Count>& chain, const Layout<Count>& layout, const Plan<Count>& plan)
        : chain_(chain), layout_(layout), plan_(plan) {}

    /// Descriptions of the faults of the plan; empty if there are none.
    std::vector<std::string> faults() {
        check_offsets();
        for (std::size_t i = 0; i < Count && faults_.size() < 5; ++i) forward(i);
        step_ = Count;
        read(outputs_[Count - 1], "the network's output");
        if (layout_.training) {
            const Value& last = value(wire(Count - 1).output);
            if (last.has_gradient()) gradients_[wire(Count - 1).output] = write_fresh(last.gradient);
            for (std::size_t i = Count; i-- > 0 && faults_.size() < 5;) backward(i);
        }
        return faults_;
    }

    /// Largest number of elements in one zone that are alive at the same time: a lower bound of any plan.
    std::size_t peak(Zone zone) const {
        std::size_t most = 0;
        for (std::size_t step = 0; step <= 2 * Count; ++step) {
            std::size_t sum = 0;
            for (const auto& [root, life] : lives_)
                if (layout_.storages[root].zone == zone && life.first <= step && step <= life.last)
                    sum += layout_.storages[root].size();
            most = std::max(most, sum);
        }
        return most;
    }

private:
    struct Life {
        std::size_t first = nothing, last = 0;
    };
    struct Fork {
        std::size_t leaf = 0;
        std::vector<std::size_t> marks{};
    };

    const Wiring& wire(std::size_t i) const { return layout_.wiring[i]; }
    const Value& value(std::size_t v) const { return layout_.values[v]; }
    const Facts& facts(std::size_t i) const { return chain_.nodes[i].facts; }
    Mark mark(std::size_t i) const { return chain_.nodes[i].mark; }
    const KernelTraits& kernel(std::size_t i) const { return chain_.nodes[i].kernel; }
    const Fused& fused(std::size_t i) const { return chain_.fused[i]; }
    bool in_place(std::size_t i) const { return facts(i).elementwise || kernel(i).works_in_place; }
    void fault(const std::string& what) { faults_.push_back("call " + std::to_string(step_) + ": " + what); }
    void expect(bool truth, const std::string& what) {
        if (!truth) fault(what);
    }

    Location locate(std::size_t storage) const {
        std::size_t root = storage, channel = 0;
        while (layout_.storages[root].parent != nothing) {
            channel += layout_.storages[root].channel;
            root = layout_.storages[root].parent;
        }
        const Storage& whole = layout_.storages[root];
        const std::size_t begin = plan_.offset[root];
        return {whole.zone,           root,    begin,
                begin + whole.size(), channel, channel + layout_.storages[storage].channels};
    }
    bool external(std::size_t storage) const { return layout_.storages[locate(storage).root].external; }

    void check_offsets() {
        for (std::size_t s = 0; s < layout_.storage_count; ++s) {
            const Storage& storage = layout_.storages[s];
            if (storage.external || !storage.used()) continue;
            const Location at = locate(s);
            const Storage& root = layout_.storages[at.root];
            const Memory& memory = plan_.memory;
            const std::size_t most = at.zone == Zone::token    ? memory.per_token
                                     : at.zone == Zone::sample ? memory.per_sample
                                                               : memory.fixed;
            expect(at.begin % 16 == 0 && at.end <= most, "a block is outside of its zone");
            expect(at.last_channel <= root.channels && storage.pixels == root.pixels &&
                       storage.zone == root.zone,
                   "a part exceeds the storage that contains it");
        }
    }

    void lives(const Location& at) {
        Life& life = lives_[at.root];
        life.first = std::min(life.first, step_);
        life.last = std::max(life.last, step_);
    }
    void read(const Tensor& tensor, const std::string& what) {
        if (external(tensor.storage)) return;
        const Location base = locate(tensor.storage);
        lives(base);
        expect(!tensor.parts.empty(), what + " was never written");
        for (const Part& part : tensor.parts) {
            Location at = base;
            at.first_channel = base.first_channel + part.begin;
            at.last_channel = base.first_channel + part.end;
            const auto holds = [&](const Cell& cell) {
                return cell.content == part.content && cell.where.root == at.root &&
                       cell.where.first_channel <= at.first_channel &&
                       cell.where.last_channel >= at.last_channel;
            };
            expect(std::any_of(memory_.begin(), memory_.end(), holds),
                   what + " was overwritten before it was read");
        }
    }
    /// Removes overlapping contents; a block keeps its other channels.
    void write(const Location& at, std::size_t content) {
        lives(at);
        std::vector<Cell> kept;
        for (const Cell& cell : memory_) {
            if (!overlap(cell.where, at)) {
                kept.push_back(cell);
            } else if (cell.where.root == at.root) {
                Cell before = cell, after = cell;
                before.where.last_channel = at.first_channel;
                after.where.first_channel = at.last_channel;
                for (const Cell& rest : {before, after})
                    if (rest.where.first_channel < rest.where.last_channel) kept.push_back(rest);
            }
        }
        kept.push_back({at, content});
        memory_ = std::move(kept);
    }
    Tensor write_fresh(std::size_t storage) {
        expect(!external(storage), "memory of the caller is written");
        write(locate(storage), ++contents_);
        return {storage, {{contents_, 0, layout_.storages[storage].channels}}};
    }
    /// Reports two operands of one call that share memory.
    void apart(std::size_t a, std::size_t b, const std::string& what) {
        if (a == nothing || b == nothing || external(a) || external(b)) return;
        expect(!overlap(locate(a), locate(b)), what + " share memory within a call");
    }
    /// Writes a private block and checks that it overlaps neither operands nor other private blocks.
    void private_blocks(const ByZone<std::size_t>& blocks, std::vector<std::size_t>& operands) {
        for (const std::size_t block : {blocks.per_token, blocks.per_sample, blocks.fixed}) {
            if (block == nothing) continue;
            for (const std::size_t other : operands) apart(block, other, "scratch and operand");
            operands.push_back(block);
            write(locate(block), ++contents_);
        }
    }
    /// The last contents written to private blocks.
    std::vector<Tensor> remember(const ByZone<std::size_t>& blocks) {
        std::vector<Tensor> result;
        for (const std::size_t block : {blocks.per_token, blocks.per_sample, blocks.fixed}) {
            if (block == nothing) continue;
            const Location at = locate(block);
            for (const Cell& cell : memory_)
                if (same(cell.where, at))
                    result.push_back({block, {{cell.content, 0, layout_.storages[block].channels}}});
        }
        return result;
    }

    void forward(std::size_t i) {
        step_ = i;
        const Value &in = value(wire(i).input), &out = value(wire(i).output);
        inputs_[i] = i == 0 ? Tensor{in.storage, {}} : outputs_[i - 1];
        if (mark(i) == Mark::next_branch) inputs_[i] = outputs_[i - 1];
        expect(inputs_[i].storage == in.storage,
               "the input of a layer is not the output of the previous one");
        switch (mark(i)) {
        case Mark::layer: forward_layer(i, in, out); break;
        case Mark::fork:
            open_.push_back({i, {}});
            outputs_[i] = inputs_[i];
            wants_[i] = wanted_before(i);
            break;
        case Mark::next_branch:
            open_.back().marks.push_back(i);
            outputs_[i] = inputs_[open_.back().leaf];
            wants_[i] = wants_[open_.back().leaf];
            break;
        case Mark::add:
        case Mark::concat: {
            Fork fork = open_.back();
            open_.pop_back();
            fork.marks.push_back(i);
            closed_[i] = fork;
            wants_[i] = false;
            for (const std::size_t m : fork.marks) wants_[i] = wants_[i] || wanted_before(m);
            if (mark(i) == Mark::add) add(i, fork, out);
            else join(i, fork, out);
            break;
        }
        }
        if (mark(i) != Mark::next_branch)
            expect(outputs_[i].storage == out.storage, "a value is not at its planned position");
        if (layout_.training && facts(i).copies == 0)
            expect(out.has_gradient() == wants_[i],
                   "the plan has a gradient that does not exist, or lacks one");
    }
    bool wanted_before(std::size_t i) const { return i > 0 && wants_[i - 1]; }

    void forward_layer(std::size_t i, const Value& in, const Value& out) {
        wants_[i] = wanted_before(i) || facts(i).parameters.size > 0;
        if (fused(i).forward_elsewhere) {
            check_fused(i);
            // Of the leaves in one call, only the output of the last one is in memory.
            const bool last = i + 1 == Count || !fused(i + 1).forward_elsewhere;
            outputs_[i] = last ? fused_output_ : outputs_[i - 1];
            return;
        }
        read(inputs_[i], "an input");
        std::vector<std::size_t> operands{in.storage, out.storage};
        private_blocks(wire(i).forward_scratch, operands);
        private_blocks(wire(i).saved, operands);
        saved_[i] = remember(wire(i).saved);
        if (facts(i).moves_nothing) {
            outputs_[i] = {out.storage, inputs_[i].parts};
            expect(in.storage == out.storage, "a view is not at the position of its input");
            const Location at = locate(out.storage);
            const Storage& whole = layout_.storages[at.root];
            const bool all_channels = at.last_channel - at.first_channel == whole.channels;
            const bool other_shape = out.shape.pixels() != whole.pixels;
            expect(!other_shape || all_channels || external(out.storage),
                   "rows with gaps are treated as contiguous");
            return;
        }
        if (!in_place(i) || !same(locate(in.storage), locate(out.storage)))
            apart(in.storage, out.storage, "input and output");
        outputs_[i] = write_fresh(out.storage);
        hide_before_fused(i);
    }

    /// The value before a fused layer is never in memory.
    void hide_before_fused(std::size_t i) {
        if (!fused(i).relu && !fused(i).pooling) return;
        fused_output_ = outputs_[i];
        outputs_[i].parts = {{++contents_, 0, layout_.storages[outputs_[i].storage].channels}};
    }
    /// Checks that leaf i is included in the call of a previous leaf that supports it.
    void check_fused(std::size_t i) {
        std::size_t host = i;
        while (fused(host).forward_elsewhere) --host;
        const bool relu =
            kernel(i).is_relu && fused(host).relu && kernel(host).ends_with_relu && host + 1 == i;
        const bool pooling =
            kernel(i).is_disjoint_pooling && fused(host).pooling && kernel(host).ends_with_pooling;
        expect(relu || pooling, "a layer is included in the call of a layer that does not support it");
        expect(!fused(host).pooling || fused(i).backward_elsewhere,
               "a layer fused with a pooling has a backward call");
    }

    void add(std::size_t i, const Fork& fork, const Value& out) {
        for (const std::size_t m : fork.marks) {
            read(inputs_[m], "a summand");
            if (m != fork.marks.front() || !same(locate(inputs_[m].storage), locate(out.storage)))
                apart(inputs_[m].storage, out.storage, "summand and sum");
        }
        outputs_[i] = write_fresh(out.storage);
        hide_before_fused(i);
    }

    void join(std::size_t i, const Fork& fork, const Value& out) {
        std::size_t channel = 0;
        const Location whole = locate(out.storage);
        outputs_[i] = {out.storage, {}};
        for (const std::size_t m : fork.marks) {
            const Tensor& branch = inputs_[m];
            const std::size_t channels = value(wire(m).input).shape.channels();
            Location slice = whole;
            slice.first_channel = whole.first_channel + channel;
            slice.last_channel = slice.first_channel + channels;
            read(branch, "a branch");
            if (wire(m).copies_value) {
                if (!external(branch.storage))
                    expect(!overlap(locate(branch.storage), slice), "a branch is copied onto itself");
                write(slice, ++contents_);
                outputs_[i].parts.push_back({contents_, channel, channel + channels});
            } else {
                expect(same(locate(branch.storage), slice),
                       "a branch is not at the position of its channels");
                for (const Part& part : branch.parts)
                    outputs_[i].parts.push_back({part.content, channel + part.begin, channel + part.end});
            }
            channel += channels;
        }
        read(outputs_[i], "joined channels");
    }

    void backward(std::size_t i) {
        step_ = 2 * Count - i;
        if (!wants_[i]) return;
        const Value &in = value(wire(i).input), &out = value(wire(i).output);
        const bool head = facts(i).copies > 0;
        if (mark(i) == Mark::next_branch) return;
        if (mark(i) == Mark::fork) return sum_at_fork(i, in);
        if (!head) {
            expect(gradients_.count(wire(i).output) == 1, "a gradient is read but never computed");
            read(gradients_[wire(i).output], "a gradient");
        }
        if (mark(i) == Mark::layer) return backward_layer(i, in, out);
        const Tensor gradient = gradients_[wire(i).output];
        std::size_t channel = 0;
        for (const std::size_t m : closed_[i].marks) {
            const Value& branch = value(wire(m).input);
            if (branch.has_gradient())
                gradients_[wire(m).input] = mark(i) == Mark::add ? pass_on(branch, out, gradient)
                                                                 : cut_out(m, branch, out, channel, i);
            channel += branch.shape.channels();
        }
        if (mark(i) == Mark::add) read(gradient, "the gradient of a sum");
    }

    Tensor pass_on(const Value& branch, const Value& out, const Tensor& gradient) {
        if (same(locate(branch.gradient), locate(out.gradient))) return {branch.gradient, gradient.parts};
        apart(branch.gradient, out.gradient, "gradients of summand and sum");
        return write_fresh(branch.gradient);
    }

    Tensor cut_out(std::size_t m, const Value& branch, const Value& out, std::size_t channel, std::size_t i) {
        Location slice = locate(out.gradient);
        slice.first_channel += channel;
        slice.last_channel = slice.first_channel + branch.shape.channels();
        if (wire(m).copies_gradient) {
            expect(!overlap(locate(branch.gradient), slice), "a gradient is copied onto itself");
            return write_fresh(branch.gradient);
        }
        expect(same(locate(branch.gradient), slice),
               "the gradient of a branch is not at its planned position");
        Tensor result{branch.gradient, {}};
        for (const Part& part : gradients_[wire(i).output].parts) {
            const std::size_t begin = std::max(part.begin, channel);
            const std::size_t end = std::min(part.end, channel + branch.shape.channels());
            if (begin < end) result.parts.push_back({part.content, begin - channel, end - channel});
        }
        return result;
    }

    void sum_at_fork(std::size_t i, const Value& in) {
        if (!in.has_gradient()) return;
        std::vector<std::size_t> starts{i};
        for (std::size_t j = i + 1; j < Count; ++j)
            if (closed_[j].leaf == i && !closed_[j].marks.empty() &&
                (mark(j) == Mark::add || mark(j) == Mark::concat))
                starts.insert(starts.end(), closed_[j].marks.begin(), closed_[j].marks.end() - 1);
        for (const std::size_t start : starts) {
            const std::size_t number = wire(start).output;
            expect(gradients_.count(number) == 1, "a branch has no gradient");
            read(gradients_[number], "a branch's gradient");
            if (start == i)
                expect(value(number).gradient == in.gradient,
                       "the gradient of the first branch is not in the memory of the fork's gradient");
            else apart(value(number).gradient, in.gradient, "gradients of two branches");
        }
        gradients_[wire(i).input] = write_fresh(in.gradient);
    }

    void backward_layer(std::size_t i, const Value& in, const Value& out) {
        std::vector<std::size_t> operands;
        if (fused(i).backward_elsewhere) {
            expect(in.gradient == out.gradient, "a gradient that is never computed has its own memory");
            gradients_[wire(i).input] = {in.gradient, gradients_[wire(i).output].parts};
            return;
        }
        if (facts(i).backward_needs_input) {
            read(inputs_[i], "an input that backward needs");
            operands.push_back(in.storage);
        }
        if (facts(i).backward_needs_output) {
            read(outputs_[i], "an output that backward needs");
            operands.push_back(out.storage);
        }
        for (const Tensor& saved : saved_[i]) {
            read(saved, "saved memory");
            operands.push_back(saved.storage);
        }
        for (const std::size_t operand : operands) {
            apart(operand, out.gradient, "operand and gradient");
            if (in.has_gradient()) apart(operand, in.gradient, "operand and gradient");
        }
        if (out.has_gradient()) operands.push_back(out.gradient);
        if (in.has_gradient()) operands.push_back(in.gradient);
        private_blocks(wire(i).backward_scratch, operands);
        if (!in.has_gradient()) return;
        if (facts(i).moves_nothing) {
            expect(in.gradient == out.gradient,
                   "the gradient of a view is not at the position of its input's gradient");
            gradients_[wire(i).input] = {in.gradient, gradients_[wire(i).output].parts};
            return;
        }
        if (out.has_gradient() && !(in_place(i) && same(locate(in.gradient), locate(out.gradient))))
            apart(in.gradient, out.gradient, "gradients of input and output");
        gradients_[wire(i).input] = write_fresh(in.gradient);
    }

    const FusedChain<Count>& chain_;
    const Layout<Count>& layout_;
    const Plan<Count>& plan_;
    std::vector<Cell> memory_{};
    std::array<Tensor, Count> inputs_{}, outputs_{};
    std::array<std::vector<Tensor>, Count> saved_{};
    std::array<Fork, Count> closed_{};
    std::array<bool, Count> wants_{};
    std::vector<Fork> open_{};
    std::map<std::size_t, Tensor> gradients_{};
    std::map<std::size_t, Life> lives_{};
    std::vector<std::string> faults_{};
    Tensor fused_output_{};
    std::size_t contents_ = 0, step_ = 0;
};

template <std::size_t Count>
std::string faults_of(const FusedChain<Count>& chain, const Layout<Count>& layout, const Plan<Count>& plan) {
    std::string all;
    for (const std::string& fault : Checker<Count>(chain, layout, plan).faults()) all += fault + "\n";
    return all;
}

/// Fuses a chain, computes its layout and plan, and returns the faults, for training or prediction.
template <std::size_t Count>
std::string faults_of(const Chain<Count>& chain, bool training) {
    const FusedChain<Count> fused = fuse(chain);
    const auto layout = lay_out(fused, training);
    const auto plan = merge(layout, plan_zone(layout, Zone::token), plan_zone(layout, Zone::sample),
                            plan_zone(layout, Zone::fixed));
    return faults_of(fused, layout, plan);
}

/// The faults of a network's two plans.
template <class Net>
std::string faults_of() {
    return faults_of(Net::fused, Net::Training::layout, Net::Training::plan) +
           faults_of(Net::fused, Net::Prediction::layout, Net::Prediction::plan);
}

}  // namespace plan_checker
