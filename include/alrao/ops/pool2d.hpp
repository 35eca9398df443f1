#pragma once

#include <alrao/kernels/convolution/shape.hpp>
#include <alrao/kernels/image/pixel_sums.hpp>
#include <alrao/kernels/image/pool2d.hpp>
#include <alrao/layers/pool2d.hpp>
#include <alrao/ops/op.hpp>

#include <cstddef>

namespace alrao {

namespace detail {
/// The extents of a pooling layer's window and images, for the kernels.
template <class T>
kernels::ConvolutionShape pooling_shape(const Context<T>& context, const Window& window) {
    const Shape& image = context.node->input;
    return kernels::convolution_shape(context.batch_size, image[0], image[1], image[2], image[2], window);
}
}  // namespace detail

template <std::size_t Size, class... Options>
struct Op<MaxPool2d<Size, Options...>> : PlainOp {
    static constexpr Window window = MaxPool2d<Size, Options...>::window;

    template <class Backend, class T>
    static void forward(Context<T>& context) {
        kernels::max_pool_forward<Backend, T>(
            detail::pooling_shape(context, window), context.input.matrix(), context.output.matrix(),
            context.training ? context.saved.per_sample : nullptr, *context.threads);
    }
    template <class Backend, class T>
    static void backward(Context<T>& context) {
        if (const Block<T>& dx = context.input_gradient)
            kernels::max_pool_backward<Backend, T>(detail::pooling_shape(context, window),
                                                   context.output_gradient.matrix(), context.saved.per_sample,
                                                   dx.matrix(), *context.threads);
    }
};

template <std::size_t Size, class... Options>
struct Op<AveragePool2d<Size, Options...>> : PlainOp {
    static constexpr Window window = AveragePool2d<Size, Options...>::window;

    template <class Backend, class T>
    static void forward(Context<T>& context) {
        kernels::average_pool_forward<Backend, T>(detail::pooling_shape(context, window),
                                                  context.input.matrix(), context.output.matrix(),
                                                  *context.threads);
    }
    template <class Backend, class T>
    static void backward(Context<T>& context) {
        if (const Block<T>& dx = context.input_gradient)
            kernels::average_pool_backward<Backend, T>(detail::pooling_shape(context, window),
                                                       context.output_gradient.matrix(), dx.matrix(),
                                                       *context.threads);
    }
};

template <>
struct Op<GlobalAveragePool2d> : PlainOp {
    template <class Backend, class T>
    static void forward(Context<T>& context) {
        kernels::pixel_means<Backend, T>(context.batch_size, context.node->input.pixels(),
                                         context.input.channels, context.input.matrix(),
                                         context.output.matrix(), *context.threads);
    }
    template <class Backend, class T>
    static void backward(Context<T>& context) {
        if (const Block<T>& dx = context.input_gradient)
            kernels::pixel_means_backward<Backend, T>(context.batch_size, context.node->input.pixels(),
                                                      dx.channels, context.output_gradient.matrix(),
                                                      dx.matrix(), *context.threads);
    }
};

}  // namespace alrao
