#pragma once

#include <alrao/kernels/elementwise/dropout.hpp>
#include <alrao/layers/dropout.hpp>
#include <alrao/ops/op.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace alrao {

template <class Rate>
struct Op<Dropout<Rate>> : PlainOp {
    template <class Backend, class T>
    static void forward(Context<T>& context) {
        const Block<const T>& x = context.input;
        const Block<T>& y = context.output;
        if (context.training) return mask(x, y, context);
        if (x.data == y.data) return;
        for (std::size_t row = 0; row < x.rows; ++row) std::copy_n(x.row(row), x.channels, y.row(row));
    }

    /// Applies the mask of forward to the gradient; it is computed again from the same random numbers.
    template <class Backend, class T>
    static void backward(Context<T>& context) {
        mask(context.output_gradient, context.input_gradient, context);
    }

private:
    template <class T>
    static void mask(const Block<const T>& from, const Block<T>& to, const Context<T>& context) {
        // Each layer and optimizer step has its own random numbers; the number of an element depends only
        // on its position, not on the split over threads.
        const std::uint64_t part = context.layer << 32 | (context.step & 0xFFFFFFFF);
        const Philox random(context.seed, Stream::dropout, part);
        const bool contiguous = from.stride == from.channels && to.stride == to.channels;
        const std::size_t pieces = contiguous ? 1 : from.rows;
        const std::size_t length = contiguous ? from.rows * from.channels : from.channels;
        for (std::size_t piece = 0; piece < pieces; ++piece)
            kernels::dropout<T>(from.row(piece), to.row(piece), length, piece * length, Dropout<Rate>::rate,
                                random, *context.threads);
    }
};

}  // namespace alrao
