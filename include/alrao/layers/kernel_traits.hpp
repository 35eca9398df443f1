#pragma once

#include <alrao/shape/shape.hpp>

namespace alrao {

/// What the kernels of a layer can compute in addition to the layer itself, so that a neighbouring layer
/// needs no separate pass over memory. A layer declares it as a static member:
///
///     static constexpr KernelTraits kernel_traits(const Shape& input)
///
/// Without that member nothing is fused with the layer. `graph/fusion.hpp` decides what is fused, and
/// `Context::fused` passes the decision to forward and backward.
struct KernelTraits {
    /// Forward applies a ReLU to its output if `context.fused.relu` is set. The layer must not have
    /// `Facts::backward_needs_output`.
    bool ends_with_relu = false;
    /// Backward also multiplies by the derivative of that ReLU. Otherwise the ReLU's own backward runs.
    bool differentiates_relu = false;
    /// Forward and backward can include a max pooling over disjoint windows that follows the layer (or its
    /// ReLU): `Op<graph::Pooled<Layer>>` is called instead of `Op<Layer>`.
    bool ends_with_pooling = false;
    /// Forward can compute mean and variance of each column of its output while it writes the output.
    bool writes_statistics = false;
    /// In training, forward needs mean and variance of each column of its input.
    bool reads_statistics = false;
    /// In prediction, input and output may share memory, and in training their gradients may, although the
    /// layer is not elementwise.
    bool works_in_place = false;

    /// The layer is a ReLU, which the kernel of the previous layer can apply.
    bool is_relu = false;
    /// The layer is a max pooling whose windows cover each input once.
    bool is_disjoint_pooling = false;
};

namespace layers {
constexpr KernelTraits no_kernel_traits(const Shape&) { return {}; }

/// The kernel traits of a layer; all false if it declares none.
template <class Layer>
constexpr KernelTraits kernel_traits_of(const Shape& input) {
    if constexpr (requires { KernelTraits(Layer::kernel_traits(input)); }) return Layer::kernel_traits(input);
    else return {};
}
}  // namespace layers

}  // namespace alrao
