#pragma once

#include <alrao/kernels/column_sums.hpp>
#include <alrao/kernels/convolution/convolution.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/ops/op.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao {

namespace detail {

/// The operations of Conv2d, independent of the descriptor type: compiled once for each set of methods.
template <class Backend, class T, kernels::ConvolutionMethods Methods>
struct Convolution {
    enum Parameters : std::size_t { weight, bias };  // as in every Conv2d

    static void forward(Context<T>& context, const Window& window) {
        kernels::Epilogue<T> epilogue;
        if (window.bias) epilogue.bias = context.parameter[Parameters::bias].value;
        if (context.fused.relu) epilogue.activation = kernels::Activation::relu;
        epilogue.magnitude = context.output_magnitude;
        epilogue.pieces = context.pieces;
        kernels::convolution_forward<Backend, T, Methods>(
            shape(*context.node, context.batch_size, context.max_batch_size, window), context.input.matrix(),
            context.parameter[Parameters::weight].value, context.output.matrix(), epilogue, context.workspace,
            *context.threads);
    }

    static void backward(Context<T>& context, const Window& window) {
        const kernels::ConvolutionShape images =
            shape(*context.node, context.batch_size, context.max_batch_size, window);
        const Block<const T>& dy = context.output_gradient;
        const ParameterView<T>& weights = context.parameter[Parameters::weight];
        kernels::convolution_backward_weight<Backend, T, Methods>(
            images, context.input.matrix(), dy.matrix(), weights.gradient, weights.gradient_magnitude,
            context.workspace, *context.threads);
        if (window.bias) {
            const ParameterView<T>& biases = context.parameter[Parameters::bias];
            kernels::column_sums<Backend, T>(dy.extent(), dy.matrix(), biases.gradient,
                                             biases.gradient_magnitude, context.workspace, *context.threads);
        }
        if (const Block<T>& dx = context.input_gradient)
            kernels::convolution_backward_input<Backend, T, Methods>(
                images, dy.matrix(), weights.value, dx.matrix(), context.workspace, *context.threads);
    }

    static std::size_t workspace(const graph::Node& node, std::size_t rows, int threads,
                                 const Window& window) {
        const std::size_t batch = rows / node.input.pixels();
        const kernels::ConvolutionShape images = shape(node, batch, batch, window);
        return std::max(kernels::convolution_workspace<Backend, T, Methods>(images, threads),
                        kernels::column_sums_workspace({images.out_pixels(), images.out_channels}));
    }

private:
    static kernels::ConvolutionShape shape(const graph::Node& node, std::size_t batch, std::size_t max_batch,
                                           const Window& window) {
        const Shape& image = node.input;
        kernels::ConvolutionShape shape = kernels::convolution_shape(batch, image[0], image[1], image[2],
                                                                     node.facts.output.channels(), window);
        shape.max_batch = std::max(batch, max_batch);
        return shape;
    }
};

}  // namespace detail

template <std::size_t Channels, class... Options>
struct Op<Conv2d<Channels, Options...>> : PlainOp {
    /// y = x * weight + b, where * is the convolution, with the following ReLU if it is fused.
    template <class Backend, class T>
    static void forward(Context<T>& context) {
        Shared<Backend, T>::forward(context, window);
    }

    /// dweight from x and dy, db = sum of dy over all pixels, dx from dy and the weight.
    template <class Backend, class T>
    static void backward(Context<T>& context) {
        Shared<Backend, T>::backward(context, window);
    }

    template <class Backend, class T>
    static std::size_t workspace(const graph::Node& node, std::size_t rows, int threads) {
        return Shared<Backend, T>::workspace(node, rows, threads, window);
    }

private:
    static constexpr Window window = Conv2d<Channels, Options...>::window;
    template <class Backend, class T>
    using Shared = detail::Convolution<Backend, T, kernels::convolution_methods<Backend>(window, Channels)>;
};

}  // namespace alrao
