#pragma once

#include <alrao/graph/flat.hpp>
#include <alrao/kernels/elementwise/copy.hpp>
#include <alrao/kernels/elementwise/sum.hpp>
#include <alrao/ops/op.hpp>

#include <array>
#include <cstddef>
#include <span>

// Operations at the points where the branches of a Residual or Concat begin and end. If the memory plan
// gave two values the same memory, their addresses are equal and nothing is copied.

namespace alrao {

namespace detail {

/// y = activation(sum of pick(branch) over all branches), added in the order of the branches. y may be the
/// memory of the first term, but not of another one.
template <class Backend, class T, class Pick>
void sum_branches(const Context<T>& context, const Block<T>& y, kernels::Activation activation, Pick pick) {
    constexpr std::size_t at_once = 8;
    std::array<kernels::Matrix<const T>, at_once> terms{};
    std::size_t count = 0;
    const std::size_t branches = context.branches.size();
    for (std::size_t b = 0; b < branches; ++b) {
        terms[count++] = pick(context.branches[b]).matrix();
        const bool last = b + 1 == branches;
        if (count < at_once && !last) continue;
        kernels::sum<Backend, T>(y.extent(), std::span(terms).first(count), y.matrix(),
                                 last ? activation : kernels::Activation::none, *context.threads);
        terms[0] = y.matrix();
        count = 1;
    }
}

/// Copies a block, unless both blocks are the same memory.
template <class Backend, class T>
void copy_block(const Context<T>& context, const Block<const T>& from, const Block<T>& to) {
    if (to.data == from.data) return;
    kernels::copy_rows<Backend, T>(to.extent(), from.matrix(), to.matrix(), *context.threads);
}

/// The part of a block that begins at `channel` and has as many channels as `part`.
template <class T, class Part>
Block<T> channels_of(const Block<T>& whole, std::size_t channel, const Block<Part>& part) {
    return {whole.data + channel, whole.rows, part.channels, whole.stride};
}

}  // namespace detail

/// Begin of the branches. Forward does nothing: all branches read the same memory. Backward adds the
/// gradients of all branches; the gradient of the first branch is in the memory of the sum.
template <>
struct Op<graph::Fork> : PlainOp {
    template <class Backend, class T>
    static void forward(Context<T>&) {}
    template <class Backend, class T>
    static void backward(Context<T>& context) {
        if (context.branches.size() < 2) return;
        detail::sum_branches<Backend>(context, context.input_gradient, kernels::Activation::none,
                                      [](const BranchBlocks<T>& branch) { return branch.start_gradient; });
    }
};

/// End of a branch and begin of the next one: nothing to compute.
template <>
struct Op<graph::NextBranch> : PlainOp {
    template <class Backend, class T>
    static void forward(Context<T>&) {}
    template <class Backend, class T>
    static void backward(Context<T>&) {}
};

/// The sum at the end of a Residual, with the following ReLU if it is fused. Backward passes the gradient
/// of the sum to each branch.
template <>
struct Op<graph::Add> : PlainOp {
    template <class Backend, class T>
    static void forward(Context<T>& context) {
        detail::sum_branches<Backend>(
            context, context.output,
            context.fused.relu ? kernels::Activation::relu : kernels::Activation::none,
            [](const BranchBlocks<T>& branch) { return branch.end; });
    }
    template <class Backend, class T>
    static void backward(Context<T>& context) {
        for (const BranchBlocks<T>& branch : context.branches)
            if (branch.end_gradient)
                detail::copy_block<Backend>(context, context.output_gradient, branch.end_gradient);
    }
};

/// End of a Concat. Most branches write directly into its output; those whose memory could not be shared
/// are copied.
template <>
struct Op<graph::Join> : PlainOp {
    template <class Backend, class T>
    static void forward(Context<T>& context) {
        std::size_t channel = 0;
        for (const BranchBlocks<T>& branch : context.branches) {
            detail::copy_block<Backend>(context, branch.end,
                                        detail::channels_of(context.output, channel, branch.end));
            channel += branch.end.channels;
        }
    }
    template <class Backend, class T>
    static void backward(Context<T>& context) {
        std::size_t channel = 0;
        for (const BranchBlocks<T>& branch : context.branches) {
            if (branch.end_gradient)
                detail::copy_block<Backend>(context,
                                            detail::channels_of(context.output_gradient, channel, branch.end),
                                            branch.end_gradient);
            channel += branch.end.channels;
        }
    }
};

}  // namespace alrao
