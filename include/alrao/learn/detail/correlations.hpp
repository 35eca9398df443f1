#pragma once

#include <alrao/graph/parameter_table.hpp>
#include <alrao/kernels/update/correlation.hpp>
#include <alrao/learn/centre.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/memory.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace alrao::centre::detail {

/// Keeps for each parameter its initial numbers x and a decaying sum of its gradients g, S <- keep S +
/// weight g, both for a subset of its elements.
template <class T>
class Correlations {
public:
    /// @param parameters [Net::parameter_elements], the initial parameters
    /// @param every the subset has one of `every` blocks of 16 elements
    /// @param smallest the subset of a parameter has about this many elements or more, if the parameter has
    Correlations(std::span<const ParameterEntry> table, const T* parameters, std::size_t every,
                 std::size_t smallest) {
        std::size_t size = 0, workspace = 0;
        for (const ParameterEntry& entry : table) {
            Part part;
            part.subset = {entry.elements(), std::clamp<std::size_t>(entry.elements() / smallest, 1, every)};
            part.offset = entry.offset;
            part.place = size;
            size += part.subset.size();
            workspace = std::max(workspace, kernels::correlate_workspace(part.subset));
            parts_.push_back(part);
        }
        arrays_ = AlignedBuffer<T>(2 * size);
        next_ = AlignedBuffer<T>(size);
        for (const Part& part : parts_)
            kernels::copy_subset(part.subset, parameters + part.offset, start_of(part));
        workspace_.resize(workspace);
    }

    /// The number of parameters.
    [[nodiscard]] std::size_t parameters() const { return parts_.size(); }

    /// Computes the next S of parameter p, which `accept` keeps. Returns the sum of g (x - w) for the current
    /// parameters w, and the sum of |S| with the next S, both over the subset.
    [[nodiscard]] std::array<double, 2> observe(std::size_t p, double keep, double weight,
                                                const Observation<T>& step) {
        const Part& part = parts_[p];
        return kernels::correlate<OwnTiles<>, T>(part.subset, step.gradients + part.offset,
                                                 step.parameters + part.offset, start_of(part), sums_of(part),
                                                 next_.data() + part.place, static_cast<T>(keep),
                                                 static_cast<T>(weight), workspace_.data(), *step.threads);
    }
    /// Discards what `observe` has computed for parameter p: its S remains as before the step.
    void leave(std::size_t p) {
        const Part& part = parts_[p];
        std::copy_n(sums_of(part), part.subset.size(), next_.data() + part.place);
    }
    /// Keeps the sums of the last `observe` of each parameter: the step is taken.
    void accept() { std::copy_n(next_.data(), next_.size(), arrays_.data() + next_.size()); }

    /// x of all parameters, then S of all parameters.
    [[nodiscard]] std::span<T> arrays() { return arrays_.span(); }

private:
    struct Part {
        kernels::BlockSubset subset{};
        std::size_t offset = 0;  ///< of the parameter in the buffer of parameters
        std::size_t place = 0;   ///< of its subset in the arrays
    };
    T* start_of(const Part& part) { return arrays_.data() + part.place; }
    T* sums_of(const Part& part) { return arrays_.data() + next_.size() + part.place; }

    std::vector<Part> parts_;
    AlignedBuffer<T> arrays_, next_;  ///< x and S; S after the step
    std::vector<double> workspace_;
};

}  // namespace alrao::centre::detail
