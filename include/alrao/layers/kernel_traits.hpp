#pragma once

#include <alrao/shape/shape.hpp>

namespace alrao {

/// What the kernels of a layer can do beside the layer's own mathematics, so that a neighbour needs no
/// pass over memory of its own. A layer states it as a static member:
///
///     static constexpr KernelTraits kernel_traits(const Shape& input)
///
/// Without that member nothing is fused with the layer. `graph/fusion.hpp` decides what is fused; the
/// call finds the decision in `Context::fused`.
struct KernelTraits {
    /// Forward applies a ReLU to its output where `context.fused.relu` is set. The layer must not have
    /// `Facts::backward_needs_output`.
    bool ends_with_relu = false;
    /// Backward also multiplies by the derivative of that ReLU. Without it the ReLU's own backward runs.
    bool differentiates_relu = false;
    /// Forward and backward include a max pooling over disjoint windows behind the layer (and behind
    /// its ReLU): `Op<graph::Pooled<Layer>>` is called instead of `Op<Layer>`.
    bool ends_with_pooling = false;
    /// Forward can take the column statistics of its output while it writes them.
    bool writes_statistics = false;
    /// Forward in training begins with the column statistics of its input.
    bool reads_statistics = false;
    /// Input and output may be the same memory in prediction, their gradients in training, though the
    /// layer is not elementwise.
    bool works_in_place = false;

    /// The layer is a ReLU, which the kernel before it can do.
    bool is_relu = false;
    /// The layer is a max pooling whose windows cover each input once.
    bool is_disjoint_pooling = false;
};

namespace layers {
constexpr KernelTraits no_kernel_traits(const Shape&) { return {}; }

/// The kernel traits of a layer; all false if it states none.
template <class Layer>
constexpr KernelTraits kernel_traits_of(const Shape& input) {
    if constexpr (requires { KernelTraits(Layer::kernel_traits(input)); }) return Layer::kernel_traits(input);
    else return {};
}
}  // namespace layers

}  // namespace alrao
