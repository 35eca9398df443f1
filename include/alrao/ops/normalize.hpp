#pragma once

#include <alrao/kernels/standardize.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/ops/op.hpp>

namespace alrao {

/// Normalize is always first: it has no gradient to hand on.
template <>
struct Op<Normalize> : PlainOp {
    template <class Backend, class T>
    static void forward(Context<T>& context) {
        kernels::standardize<Backend, T>(context.input.extent(), context.input.data,
                                         context.statistic[0], context.statistic[1],
                                         context.output.matrix(), context.scratch[2],
                                         *context.threads);
    }
    template <class Backend, class T>
    static void backward(Context<T>&) {}
};

}  // namespace alrao
