#pragma once

#include <alrao/check/layer/detail/layer_check.hpp>
#include <alrao/check/layer/gradient_check.hpp>
#include <alrao/check/layer/reference.hpp>

#include <alrao/check/report.hpp>
#include <alrao/layers/facts.hpp>
#include <alrao/ops/op.hpp>
#include <alrao/shape/shape.hpp>
#include <alrao/tensor/backend.hpp>

namespace alrao {

namespace check {
/// Whether `Op` is specialised for the layer, or the layer has the members that the primary `Op` calls.
template <class Layer>
concept HasCalls = !requires { Op<Layer>::says_whether_it_trains; } || requires(Context<float>& context) {
    Layer::forward(context);
    Layer::backward(context);
};
}  // namespace check

/// Checks the laws of a layer, which ops/op.hpp lists above `Op`, for inputs of `shape` with random numbers. The
/// layer can be any layer of a network, from the library or outside it; use check_head for heads.
///
///     const CheckReport report = check_layer<GainedTanh>(features(7));
///     if (!report) std::cout << report << '\n';
///
/// @param shape of the input of one sample
/// @param options sizes, tolerances and the laws to test
/// @param reference optional slow implementation: a callable reference(call, y), or an object with the member
///        forward(call, y) and optionally backward(call, dx, dp). They compute the expected results in long
///        double. y.set(i, value) sets output i; dx.set(i, value) sets element i of the gradient of the
///        input; and dp[k].set(i, value) sets element i of the gradient of parameter k. `call` is a
///        check::LoneLayer. Read its shape, batch, steps, training, input.data(), values[k].data() (parameter
///        k), output_gradient.data(), statistics[k].data() and carried.data()
/// @tparam Backend implementation of matrix products
/// @returns the laws that were tested, and the first case in which each broken law does not hold
/// @throws ArgumentError if the layer refuses the shape or is a head, or if `only` contains an unknown law
template <class Layer, class Backend = DefaultBackend, class Reference = check::NoReference>
[[nodiscard]] CheckReport check_layer(const Shape& shape, const LayerCheckOptions& options = {},
                                      const Reference& reference = {}) {
    static_assert(Descriptor<Layer>,
                  "alrao: check_layer: a layer has a public `static constexpr std::string_view "
                  "name` and `static constexpr Facts facts(const Shape&)`");
    static_assert(
        !Descriptor<Layer> || check::HasCalls<Layer>,
        "alrao: check_layer: a layer has public functions `template <class T> static void "
        "forward(Context<T>&)` and `backward(Context<T>&)`; for a layer of the library, include its "
        "header from alrao/ops/");
    if constexpr (Descriptor<Layer> && check::HasCalls<Layer>)
        return check::LayerCheck<Layer, Backend, Reference>(shape, options, reference).report();
    else return {};
}

/// As above, for inputs that are given as the first layer of a network: check_layer<GainedTanh>(Input<3, 2, 5>{}), or
/// Sequence<4>{} for a layer of sequences.
template <class Layer, class Backend = DefaultBackend, class In, class Reference = check::NoReference>
    requires layers::is_input<In>
[[nodiscard]] CheckReport check_layer(In, const LayerCheckOptions& options = {},
                                      const Reference& reference = {}) {
    return check_layer<Layer, Backend>(In::shape, options, reference);
}

}  // namespace alrao
