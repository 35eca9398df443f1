#pragma once

#include <alrao/kernels/normalization/standardize.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/ops/op.hpp>

namespace alrao {

/// Backward does nothing: Normalize is always the first layer, so its input needs no gradient.
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
