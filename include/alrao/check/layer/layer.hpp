#pragma once

#include <alrao/check/layer/detail/layer_check.hpp>
#include <alrao/check/layer/gradient_check.hpp>
#include <alrao/check/layer/reference.hpp>

#include <alrao/check/report.hpp>
#include <alrao/shape/shape.hpp>
#include <alrao/tensor/backend.hpp>

namespace alrao {

/// Checks the laws of a layer, as ops/op.hpp lists them above `Op`, for an input of `shape`: numbers are
/// random, sizes those of the options. The layer is any that a network takes, from outside the library or
/// one of its own; heads are checked by check_head.
///
///     const CheckReport report = check_layer<GainedTanh>(features(7));
///     if (!report) std::cout << report << '\n';
///
/// `reference`: optional; a callable reference(call, y), or an object with the member forward(call, y) and,
/// if it has derivatives, backward(call, dx, dp). They compute in long double, with simple loops, what the
/// layer has to give: y.set(i, value) for each output, dx likewise for each input, dp[k] for each element of
/// parameter k. `call` (check::LoneLayer) has the shape and numbers of the call: call.shape, call.batch,
/// call.steps, call.training, call.input.data(), call.values[k].data(), call.output_gradient.data(),
/// call.statistics[k].data(), call.carried.data().
/// @throws ArgumentError if the layer refuses the shape, or is a head
template <class Layer, class Backend = DefaultBackend, class Reference = check::NoReference>
[[nodiscard]] CheckReport check_layer(const Shape& shape, const LayerCheckOptions& options = {},
                                      const Reference& reference = {}) {
    return check::LayerCheck<Layer, Backend, Reference>(shape, options, reference).report();
}

/// The same for the samples that a network is given: check_layer<GainedTanh>(Input<3, 2, 5>{}), or
/// Sequence<4>{} for a layer of sequences.
template <class Layer, class Backend = DefaultBackend, class In, class Reference = check::NoReference>
    requires layers::is_input<In>
[[nodiscard]] CheckReport check_layer(In, const LayerCheckOptions& options = {},
                                      const Reference& reference = {}) {
    return check_layer<Layer, Backend>(In::shape, options, reference);
}

}  // namespace alrao
