#pragma once

#include <alrao/layers/flatten.hpp>
#include <alrao/ops/op.hpp>

namespace alrao {

/// Flatten does nothing: its output is its input's memory, its gradients share memory likewise.
template <>
struct Op<Flatten> : PlainOp {
    template <class Backend, class T>
    static void forward(Context<T>&) {}
    template <class Backend, class T>
    static void backward(Context<T>&) {}
};

}  // namespace alrao
