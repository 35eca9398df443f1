#pragma once

#include <alrao/kernels/magnitude.hpp>
#include <alrao/meta/list.hpp>
#include <alrao/model/detail/placement.hpp>
#include <alrao/ops/op.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace alrao {

namespace detail {

// The guard needs the largest |output| and |gradient| of each feature. If a layer does not report them, they
// are computed here by another pass over memory.
template <class Backend, class T, class Layer>
void run_forward(Context<T>& context) {
    Op<Layer>::template forward<Backend, T>(context);
    if constexpr (!Op<Layer>::reports_magnitudes) {
        if (context.output_magnitude)
            kernels::column_magnitude<Backend, T>(context.output.extent(), context.output.matrix(),
                                                  context.output_magnitude, *context.threads);
    }
}

template <class Backend, class T, class Layer>
void run_backward(Context<T>& context) {
    Op<Layer>::template backward<Backend, T>(context);
    if constexpr (!Op<Layer>::reports_magnitudes) {
        for (std::size_t p = 0; p < context.node->facts.parameters.size; ++p) {
            const ParameterView<T>& parameter = context.parameter[p];
            if (!parameter.gradient_magnitude) continue;
            kernels::column_magnitude<Backend, T>({parameter.rows, parameter.columns},
                                                  {parameter.gradient, parameter.columns},
                                                  parameter.gradient_magnitude, *context.threads);
        }
    }
}

}  // namespace detail

namespace detail {

template <bool Pools, bool DoneElsewhere>
struct CalledLayer {
    template <class Layer>
    using type = Layer;
};
template <>
struct CalledLayer<true, false> {
    template <class Layer>
    using type = graph::Pooled<Layer>;
};
template <>
struct CalledLayer<false, true> {
    template <class Layer>
    using type = graph::DoneElsewhere;
};

template <const auto& Places, class Numbers, class... Layers>
struct CalledLayers;
template <const auto& Places, std::size_t... Index, class... Layers>
struct CalledLayers<Places, std::index_sequence<Index...>, Layers...> {
    using type = meta::List<typename CalledLayer<Places[Index].fused.pooling,
                                                 Places[Index].fused.forward_elsewhere &&
                                                     !Places[Index].learns>::template type<Layers>...>;
};
template <class Leaves, const auto& Places>
struct CalledLeaves;
template <class... Layers, const auto& Places>
struct CalledLeaves<meta::List<Layers...>, Places>
    : CalledLayers<Places, std::index_sequence_for<Layers...>, Layers...> {};

}  // namespace detail

/// The layers of a network as they are called after fusion. A layer whose call includes a pooling is replaced
/// by graph::Pooled, and a layer that is included in another layer's call by graph::DoneElsewhere, so that
/// functions that are never called are not compiled.
template <class Leaves, const auto& Places>
using called_layers = typename detail::CalledLeaves<Leaves, Places>::type;

/// Tables of the functions of a network's layers, in order. A pass is a loop over these tables.
template <class Backend, class T, class Leaves>
struct CallTable;

template <class Backend, class T, class... Layers>
struct CallTable<Backend, T, meta::List<Layers...>> {
    using Call = void (*)(Context<T>&);
    using Size = std::size_t (*)(const graph::Node&, std::size_t, int);
    static constexpr std::size_t count = sizeof...(Layers);
    static constexpr std::array<Call, count> forward{&detail::run_forward<Backend, T, Layers>...};
    static constexpr std::array<Call, count> backward{&detail::run_backward<Backend, T, Layers>...};
    static constexpr std::array<Call, count> commit{&Op<Layers>::template commit<Backend, T>...};
    static constexpr std::array<Size, count> workspace{&Op<Layers>::template workspace<Backend, T>...};

    /// The largest workspace of all layers, in elements, for batches of up to `batch` samples with
    /// `time_steps` time steps: the workspace for the largest batch is sufficient for smaller ones.
    static std::size_t largest_workspace(const std::array<graph::Node, count>& nodes, std::size_t batch,
                                         std::size_t time_steps, int threads) {
        std::size_t largest = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const Shape& shape = nodes[i].input;
            const std::size_t rows = shape.pixels() * batch * (shape.per_token ? time_steps : 1);
            largest = std::max(largest, workspace[i](nodes[i], rows, threads));
        }
        return largest;
    }
};

}  // namespace alrao
