#pragma once

#include <alrao/layers/flatten.hpp>
#include <alrao/ops/op.hpp>

namespace alrao {

/// Flatten does nothing: its output is in the memory of its input, and so are their gradients.
template <>
struct Op<Flatten> : PlainOp {
    template <class Backend, class T>
    static void forward(Context<T>&) {}
    template <class Backend, class T>
    static void backward(Context<T>&) {}
};

}  // namespace alrao
