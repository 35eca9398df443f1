#pragma once

#include "law_nets.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <limits>
#include <span>

// A back end that fills memory without live values with NaN before each call of a layer. It is used when the table of
// calls of a network is built, so the library needs no hook for it.

namespace alrao::laws {

template <class Backend>
struct Poisoning {
    using arch = typename Backend::arch;
};

/// The function that is called before call number `call` of a step, with the layer's context; set by the test.
template <class T>
struct BeforeCall {
    static inline std::function<void(std::size_t call, bool forward)> act{};
};

template <class Backend, class T, class Layer>
void poison_workspace(Context<T>& context) {
    const std::size_t size = Op<Layer>::template workspace<Backend, T>(*context.node, context.input.rows,
                                                                       context.threads->count());
    std::fill_n(context.workspace, size, std::numeric_limits<T>::quiet_NaN());
}

template <class Backend, class T, class Layer>
void poisoned_forward(Context<T>& context) {
    BeforeCall<T>::act(context.layer, true);
    poison_workspace<Backend, T, Layer>(context);
    alrao::detail::run_forward<Backend, T, Layer>(context);
}

template <class Backend, class T, class Layer>
void poisoned_backward(Context<T>& context) {
    BeforeCall<T>::act(context.layer, false);
    poison_workspace<Backend, T, Layer>(context);
    alrao::detail::run_backward<Backend, T, Layer>(context);
}

}  // namespace alrao::laws

namespace alrao {

template <class Backend, class T, class... Layers>
struct CallTable<laws::Poisoning<Backend>, T, meta::List<Layers...>>
    : CallTable<Backend, T, meta::List<Layers...>> {
    using Base = CallTable<Backend, T, meta::List<Layers...>>;
    static constexpr std::array<typename Base::Call, Base::count> forward{
        &laws::poisoned_forward<Backend, T, Layers>...};
    static constexpr std::array<typename Base::Call, Base::count> backward{
        &laws::poisoned_backward<Backend, T, Layers>...};
};

}  // namespace alrao

namespace alrao::laws {

/// Fills with NaN all elements of an arena that contain no live value. A value is live at `call` if an earlier call
/// wrote it and this or a later call reads it, according to the lifetimes in the memory plan.
template <class Net, class Planned, class T>
std::size_t poison_dead(std::span<T> arena, std::size_t batch, std::size_t steps, std::size_t call) {
    constexpr auto storages = graph::whole_storages(Planned::layout);
    constexpr auto& plan = Planned::plan;
    std::vector<char> alive(arena.size(), 0);
    const std::size_t token_end = plan.memory.per_token * batch * steps;
    const std::size_t sample_end = token_end + plan.memory.per_sample * batch;
    for (std::size_t s = 0; s < Planned::layout.storage_count; ++s) {
        const graph::Storage& storage = storages[s];
        if (!storage.used() || storage.external || storage.parent != graph::nothing) continue;
        if (storage.first >= call || storage.last < call) continue;
        const bool token = storage.zone == graph::Zone::token;
        const bool fixed = storage.zone == graph::Zone::fixed;
        const std::size_t units = fixed ? 1 : token ? batch * steps : batch;
        const std::size_t base = fixed ? sample_end : token ? 0 : token_end;
        for (std::size_t i = 0; i < storage.size() * units; ++i) alive[base + plan.offset[s] * units + i] = 1;
    }
    std::size_t poisoned = 0;
    for (std::size_t i = 0; i < arena.size(); ++i)
        if (!alive[i]) arena[i] = std::numeric_limits<T>::quiet_NaN(), ++poisoned;
    return poisoned;
}

}  // namespace alrao::laws
