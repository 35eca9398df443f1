#pragma once

#include <alrao/kernels/normalization/standardize.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/ops/op.hpp>

namespace alrao {

/// Normalize is always first: it has no gradient to hand on.
template <>
struct Op<Normalize> : PlainOp {
    template <class Backend, class T>
    static void forward(Context<T>& context) {
        kernels::standardize<Backend, T>(context.input.extent(), context.input.data,
                                         context.statistic[Normalize::mean],
                                         context.statistic[Normalize::deviation], context.output.matrix(),
                                         context.scratch.fixed, *context.threads);
    }
    template <class Backend, class T>
    static void backward(Context<T>&) {}
};

}  // namespace alrao
