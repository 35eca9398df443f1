#pragma once

#include <alrao/check/layer/detail/fence.hpp>
#include <alrao/check/layer/detail/lone_layer.hpp>
#include <alrao/check/layer/laws.hpp>
#include <alrao/ops/op.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

// Laws of a layer about the memory of its calls; `c` is a LayerCase.

namespace alrao::check::layer {

/// Fills all memory that the calls must write with NaN, then with a number, and compares the results.
template <class Case>
void writes(Case& c) {
    typename Case::template Made<float> poisoned(c), filled(c);
    filled.unwritten = 1000;
    c.run(poisoned);
    c.run(filled);
    poisoned.for_each_result(c.at.training, [&](std::string_view name, const auto& array) {
        for (std::size_t i = 0; i < array.size(); ++i)
            c.report.note(layer_law::writes, is_finite(array.data()[i]),
                          {c.here, name, "[", i, "] is ", array.data()[i],
                           " if all memory that the call must not read is NaN before it"});
    });
    c.note(layer_law::writes, c.difference(poisoned, filled));
}

/// Runs backward without the gradient of the input, as in the first layer of a network. The gradients of the
/// parameters must remain the same.
template <class Case>
void first(Case& c) {
    typename Case::template Made<float> usual(c), without(c);
    c.run(usual);
    without.forward();
    without.backward([](Context<float>& context) { context.input_gradient = {}; });
    c.note(layer_law::first, c.difference(usual, without, 0, false));
}

/// Runs an elementwise layer in place: the output overwrites the input (in training only if backward does not
/// read the input), and the gradient of the input overwrites the gradient of the output.
template <class Case>
void in_place(Case& c) {
    typename Case::template Made<double> apart(c), together(c);
    c.run(apart);
    const bool forward_too = !c.at.training || !c.facts.backward_needs_input;
    together.forward([&](Context<double>& context) {
        if (!forward_too) return;
        std::copy_n(together.input.data(), together.input.size(), together.output.data());
        context.input = context.output;
    });
    if (c.at.training)
        together.backward([&](Context<double>& context) {
            if (!context.input_gradient) return;
            std::copy_n(together.output_gradient.data(), together.output_gradient.size(),
                        together.input_gradient.data());
            context.output_gradient = context.input_gradient;
        });
    c.note(layer_law::in_place, c.difference(apart, together));
}

/// Copies the arrays of a call of forward or backward into memory with NaN around them and `gap` numbers between
/// rows.
template <class Made>
void enclose(Fence<double>& fence, Made& layer, Context<double>& call, std::size_t gap, bool backward) {
    fence.around(call.input, layer.node.facts.needs_to_be_first ? 0 : gap,
                 false);  // the input of a network has no gaps
    fence.around(call.output, gap, !backward || layer.node.facts.moves_nothing);
    fence.around(call.carried, 0, false);
    fence.around(call.carried_on, 0, !backward);
    if (backward) fence.around(call.output_gradient, gap, false);
    if (backward) fence.around(call.input_gradient, gap, true);
    for (std::size_t p = 0; p < layer.values.size(); ++p) {
        ParameterView<double>& view = call.parameter[p];
        const std::size_t rows = view.rows, columns = view.columns;
        view.value = fence.around(const_cast<double*>(view.value), rows, columns, columns, false);
        view.gradient = fence.around(view.gradient, rows, columns, columns, true);
        view.gradient_magnitude = fence.around(view.gradient_magnitude, 1, columns, columns, true);
    }
    const auto array = [&](double* data, std::size_t size, bool may_write) {
        return fence.around(data, 1, size, size, may_write);
    };
    for (std::size_t s = 0; s < layer.statistics.size(); ++s)
        call.statistic[s] = array(call.statistic[s], layer.statistics[s].size(), false);
    const auto zones = [&](ByZone<double*>& place, const auto& memory) {
        place = {array(place.per_token, memory[0].size(), true),
                 array(place.per_sample, memory[1].size(), true), array(place.fixed, memory[2].size(), true)};
    };
    zones(call.saved, layer.saved);
    zones(call.scratch, backward ? layer.backward_scratch : layer.forward_scratch);
    call.workspace = array(call.workspace, layer.workspace.size(), true);
    call.output_magnitude = array(call.output_magnitude, layer.output_magnitude.size(), true);
}

/// Calls a layer with its arrays in a Fence, `gap` numbers between the rows of blocks, and notes the law
/// `bounds`.
template <class Case, class Made>
void run_fenced(Case& c, Made& layer, std::size_t gap) {
    const auto note = [&](std::string_view call, const Fence<double>& fence) {
        c.stays_within_memory = c.stays_within_memory && fence.intact();
        c.report.note(layer_law::bounds, fence.intact(),
                      {c.here, call, " writes outside its memory, or into read-only memory"});
    };
    Fence<double> of_forward, of_backward;
    layer.forward([&](Context<double>& call) { enclose(of_forward, layer, call, gap, false); });
    of_forward.move_back();
    note("forward", of_forward);
    if (!c.at.training || !c.stays_within_memory) return;
    layer.backward([&](Context<double>& call) { enclose(of_backward, layer, call, gap, true); });
    of_backward.move_back();
    note("backward", of_backward);
}

/// Tests the law `bounds` with contiguous rows, then with `gap` numbers between the rows of blocks.
template <class Case>
void bounds(Case& c, std::size_t gap) {
    typename Case::template Made<double> plain(c), spread(c);
    run_fenced(c, plain, 0);
    if (gap == 0 || !c.stays_within_memory) return;
    run_fenced(c, spread, gap);
    const std::string found = c.difference(plain, spread, 1e-9);
    c.report.note(layer_law::bounds, found.empty(),
                  {c.here, found, " if there are gaps with NaN between rows"});
}

/// Tests the law `bounds` with gaps between rows, as within a Concat. If the layer throws ArgumentError
/// because it needs contiguous rows, tests it with those.
template <class Case>
void bounds(Case& c) {
    if (!c.facts.moves_nothing) {
        try {
            return bounds(c, 3);
        } catch (const ArgumentError&) {
        }
    }
    bounds(c, 0);
}

/// Runs batches of 1 and 2 samples in workspaces for larger batches. Kernels choose their method, and the
/// size of the workspace, by the largest batch, and use both for smaller ones.
template <class Case>
void workspace(Case& c, std::size_t fewest_rows) {
    for (const std::size_t largest : {2U, 3U, 5U, 9U, 20U, 50U})
        for (const std::size_t samples : {1U, 2U}) {
            const bool training = samples * c.shape.pixels() >= fewest_rows;
            LoneLayer<typename Case::layer_type, typename Case::backend_type, double> layer(c.shape, samples);
            layer.choose_for(largest);
            fill_layer(layer, c.options.seed.value, c.options.input_scale);
            layer.training = training;
            bool inside = true;
            const auto run = [&](auto&& call) {
                if (!inside) return;
                Fence<double> fence;
                call([&](Context<double>& context) {
                    context.workspace = fence.around(context.workspace, 1, layer.workspace.size(),
                                                     layer.workspace.size(), true);
                });
                inside = fence.intact();
                c.stays_within_memory = c.stays_within_memory && inside;
            };
            run([&](auto&& change) { layer.forward(change); });
            if (training) run([&](auto&& change) { layer.backward(change); });
            layer.for_each_result(training, [&](std::string_view, const auto& array) {
                for (std::size_t i = 0; i < array.size(); ++i) inside = inside && is_finite(array.data()[i]);
            });
            c.report.note(layer_law::workspace, inside,
                          {"a batch of ", samples, " needs more than the ", layer.workspace.size(),
                           " elements of a batch of ", largest});
        }
}

}  // namespace alrao::check::layer
