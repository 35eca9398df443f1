#pragma once

#include <alrao/kernels/column_sums.hpp>
#include <alrao/kernels/convolution.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/ops/op.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao {

template <std::size_t Channels, class... Options>
struct Op<Conv2d<Channels, Options...>> : PlainOp {
    static constexpr Window window = Conv2d<Channels, Options...>::window;

    /// y = x * weight + b, and the ReLU that follows if there is one.
    template <class Backend, class T>
    static void forward(Context<T>& context) {
        kernels::Epilogue<T> epilogue;
        if (window.bias) epilogue.bias = context.parameter[1].value;
        if (context.ends_with_relu) epilogue.activation = kernels::Activation::relu;
        epilogue.magnitude = context.output_magnitude;
        kernels::convolution_forward<Backend, T>(
            shape(*context.node, context.batch), context.input.matrix(), context.parameter[0].value,
            context.output.matrix(), epilogue, context.workspace, *context.threads);
    }

    /// dweight from x and dy, db = sum of the pixels of dy, dx from dy and the weights.
    template <class Backend, class T>
    static void backward(Context<T>& context) {
        const kernels::ConvolutionShape images = shape(*context.node, context.batch);
        const Block<const T>& dy = context.output_gradient;
        const ParameterView<T>& weight = context.parameter[0];
        kernels::convolution_backward_weight<Backend, T>(
            images, context.input.matrix(), dy.matrix(), weight.gradient, weight.gradient_magnitude,
            context.workspace, *context.threads);
        if constexpr (window.bias) {
            const ParameterView<T>& bias = context.parameter[1];
            kernels::column_sums<Backend, T>(dy.extent(), dy.matrix(), bias.gradient,
                                             bias.gradient_magnitude, context.workspace,
                                             *context.threads);
        }
        if (const Block<T>& dx = context.input_gradient)
            kernels::convolution_backward_input<Backend, T>(images, dy.matrix(), weight.value,
                                                            dx.matrix(), context.workspace,
                                                            *context.threads);
    }

    template <class Backend, class T>
    static std::size_t workspace(const layers::Node& node, std::size_t rows, int threads) {
        const kernels::ConvolutionShape images = shape(node, rows / node.input.pixels());
        return std::max(kernels::convolution_workspace<Backend, T>(images, threads),
                        kernels::column_sums_workspace({images.out_pixels(), Channels}));
    }

private:
    static kernels::ConvolutionShape shape(const layers::Node& node, std::size_t batch) {
        const Shape& image = node.input;
        return kernels::convolution_shape(batch, image[0], image[1], image[2], Channels, window);
    }
};

}  // namespace alrao
