#pragma once

#include <alrao/layers/last_step.hpp>
#include <alrao/ops/op.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao {

template <>
struct Op<LastStep> : PlainOp {
    template <class Backend, class T>
    static void forward(Context<T>& context) {
        const Block<const T>& x = context.input;
        const Block<T>& y = context.output;
        const std::size_t first = x.rows - y.rows;
        for (std::size_t r = 0; r < y.rows; ++r) std::copy_n(x.row(first + r), x.channels, y.row(r));
    }

    template <class Backend, class T>
    static void backward(Context<T>& context) {
        const Block<const T>& dy = context.output_gradient;
        const Block<T>& dx = context.input_gradient;
        if (!dx) return;
        const std::size_t first = dx.rows - dy.rows;
        for (std::size_t r = 0; r < first; ++r) std::fill_n(dx.row(r), dx.channels, T{0});
        for (std::size_t r = 0; r < dy.rows; ++r) std::copy_n(dy.row(r), dx.channels, dx.row(first + r));
    }
};

}  // namespace alrao
