#pragma once

#include <alrao/kernels/column_sums.hpp>
#include <alrao/kernels/elementwise/activation.hpp>
#include <alrao/kernels/gemm/gemm.hpp>
#include <alrao/kernels/image/channel_gates.hpp>
#include <alrao/kernels/image/pixel_sums.hpp>
#include <alrao/layers/squeeze_excite.hpp>
#include <alrao/ops/op.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao {

template <std::size_t Reduced>
struct Op<SqueezeExcite<Reduced>> : PlainOp {
    using Layer = SqueezeExcite<Reduced>;

    template <class Backend, class T>
    static void forward(Context<T>& context) {
        const Block<const T>& x = context.input;
        const Inner<T> saved(context.saved.per_sample, context.batch_size, x.channels);
        const std::size_t batch = context.batch_size, pixels = context.node->input.pixels();
        kernels::pixel_means<Backend, T>(batch, pixels, x.channels, x.matrix(), saved.means.matrix(),
                                         *context.threads);
        product<Backend, T>(context, saved.means, context.parameter[Layer::squeeze_weight],
                            context.parameter[Layer::squeeze_bias], saved.units, kernels::Activation::relu);
        product<Backend, T>(context, saved.units, context.parameter[Layer::excite_weight],
                            context.parameter[Layer::excite_bias], saved.gates, kernels::Activation::none);
        kernels::activation_forward<Backend, T>(kernels::Sigmoid{}, saved.gates.extent(),
                                                saved.gates.matrix(), saved.gates.matrix(), *context.threads);
        kernels::gate_channels<Backend, T>(batch, pixels, x.channels, x.matrix(), saved.gates.matrix(),
                                           context.output.matrix(), context.output_magnitude,
                                           *context.threads);
    }

    template <class Backend, class T>
    static void backward(Context<T>& context) {
        const Block<const T>&x = context.input, &dy = context.output_gradient;
        const std::size_t batch = context.batch_size, pixels = context.node->input.pixels();
        const Inner<T> saved(context.saved.per_sample, batch, x.channels);
        const Block<T> dgates{context.scratch.per_sample, batch, x.channels, x.channels};
        const Block<T> dunits{context.scratch.per_sample + batch * x.channels, batch, Reduced, Reduced};
        kernels::gate_gradients<Backend, T>(batch, pixels, x.channels, x.matrix(), dy.matrix(),
                                            dgates.matrix(), *context.threads);
        kernels::activation_backward<Backend, T>(kernels::Sigmoid{}, dgates.extent(), dgates.matrix(),
                                                 saved.gates.matrix(), dgates.matrix(), *context.threads);
        gradients<Backend, T>(context, saved.units, dgates, context.parameter[Layer::excite_weight],
                              context.parameter[Layer::excite_bias]);
        hand_down<Backend, T>(context, dgates, context.parameter[Layer::excite_weight], dunits);
        kernels::activation_backward<Backend, T>(kernels::ReLU{}, dunits.extent(), dunits.matrix(),
                                                 saved.units.matrix(), dunits.matrix(), *context.threads);
        gradients<Backend, T>(context, saved.means, dunits, context.parameter[Layer::squeeze_weight],
                              context.parameter[Layer::squeeze_bias]);
        const Block<T>& dx = context.input_gradient;
        if (!dx) return;
        const Block<T>& dmeans = dgates;  // reuses the memory of dgates, which are no longer needed
        hand_down<Backend, T>(context, dunits, context.parameter[Layer::squeeze_weight], dmeans);
        kernels::gate_channels_backward<Backend, T>(batch, pixels, x.channels, dy.matrix(),
                                                    saved.gates.matrix(), dmeans.matrix(), dx.matrix(),
                                                    *context.threads);
    }

    template <class Backend, class T>
    static std::size_t workspace(const graph::Node& node, std::size_t rows, int threads) {
        const std::size_t c = node.input.channels(), batch = rows / node.input.pixels();
        std::size_t most = kernels::column_sums_workspace({batch, std::max(c, Reduced)});
        for (const std::size_t n : {c, Reduced})
            most = std::max({most, kernels::gemm_workspace<Backend, T>(batch, n, c + Reduced - n, threads),
                             kernels::gemm_workspace<Backend, T>(c + Reduced - n, n, batch, threads)});
        return most;
    }

private:
    /// The arrays that forward saves, one after the other.
    template <class T>
    struct Inner {
        Inner(T* first, std::size_t batch, std::size_t channels)
            : means{first, batch, channels, channels},
              units{first + batch * channels, batch, Reduced, Reduced},
              gates{first + batch * (channels + Reduced), batch, channels, channels} {}
        Block<T> means, units, gates;
    };

    /// y = activation(x W + b).
    template <class Backend, class T>
    static void product(const Context<T>& context, const Block<const T>& x, const ParameterView<T>& weight,
                        const ParameterView<T>& bias, const Block<T>& y, kernels::Activation activation) {
        const kernels::Epilogue<T> epilogue{.bias = bias.value, .activation = activation};
        kernels::gemm_nn<Backend, T>(x.rows, y.channels, x.channels, x.matrix(), {weight.value, y.channels},
                                     y.matrix(), epilogue, context.workspace, *context.threads);
    }
    /// The gradients of W and b in y = x W + b, from dy.
    template <class Backend, class T>
    static void gradients(const Context<T>& context, const Block<const T>& x, const Block<const T>& dy,
                          const ParameterView<T>& weight, const ParameterView<T>& bias) {
        const kernels::Epilogue<T> epilogue{.magnitude = weight.gradient_magnitude};
        kernels::gemm_tn<Backend, T>(x.channels, dy.channels, x.rows, x.matrix(), dy.matrix(),
                                     {weight.gradient, dy.channels}, epilogue, context.workspace,
                                     *context.threads);
        kernels::column_sums<Backend, T>(dy.extent(), dy.matrix(), bias.gradient, bias.gradient_magnitude,
                                         context.workspace, *context.threads);
    }
    /// The gradient of x in y = x W + b: dx = dy W^T.
    template <class Backend, class T>
    static void hand_down(const Context<T>& context, const Block<const T>& dy, const ParameterView<T>& weight,
                          const Block<T>& dx) {
        kernels::gemm_nt<Backend, T>(dx.rows, dx.channels, dy.channels, dy.matrix(),
                                     {weight.value, dy.channels}, dx.matrix(), {}, context.workspace,
                                     *context.threads);
    }
};

}  // namespace alrao
