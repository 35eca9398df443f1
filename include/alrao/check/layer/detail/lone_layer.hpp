#pragma once

#include <alrao/kernels/cblas.hpp>
#include <alrao/model/detail/execution.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/philox.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace alrao::check {

/// One layer outside a network. Its buffers have exactly the sizes that its facts and its workspace state, so
/// sanitizers detect an access beyond them. Before each call, the memory that the call must write is filled
/// with `unwritten`. Before backward, the input and the output are also replaced by such memory if the facts
/// state that backward does not read them.
///
/// Inputs, outputs and their gradients are [time steps, batch, height, width, channels] without gaps; time
/// steps only if the shape is per token. values[p] and gradients[p] have the extents of parameter p,
/// magnitudes[p] has one number per column of the gradient. `carried` and `carried_on` (the state before and
/// after the time steps) are [batch, numbers per sample]. saved and the scratch arrays have one buffer each
/// per token, per sample and of fixed size.
template <class Layer, class Backend, class T>
struct LoneLayer {
    using backend = Backend;

    LoneLayer(const Shape& in, std::size_t samples, std::size_t steps_of_each = 1, int thread_count = 1)
        : shape(in), batch(samples), steps(steps_of_each), threads(thread_count) {
        node.name = Layer::name;
        node.input = shape;
        node.facts = Layer::facts(shape);
        const Facts& facts = node.facts;
        rows_in = rows(shape);
        rows_out = rows(facts.output);
        input = AlignedBuffer<T>(rows_in * shape.channels());
        input_gradient = input;
        output = AlignedBuffer<T>(rows_out * facts.output.channels());
        output_gradient = output;
        output_magnitude = AlignedBuffer<T>(facts.output.channels());
        for (std::size_t p = 0; p < facts.parameters.size; ++p) {
            const Extents& extents = facts.parameters[p].extents;
            values.emplace_back(extents.size());
            gradients.emplace_back(extents.size());
            magnitudes.emplace_back(columns(p));
        }
        for (std::size_t s = 0; s < facts.statistics.size; ++s) {
            statistics.emplace_back(facts.statistics[s].size);
            std::fill_n(statistics[s].data(), statistics[s].size(),
                        static_cast<T>(facts.statistics[s].initial));
        }
        carried = AlignedBuffer<T>(facts.carried.per_sample * batch);
        carried_on = carried;
        allocate(saved, facts.saved);
        allocate(forward_scratch, facts.forward_scratch);
        allocate(backward_scratch, facts.backward_scratch);
        choose_for(batch);
    }

    /// Chooses methods and workspace as in a network with batches of up to `largest` samples.
    void choose_for(std::size_t largest) {
        max_batch = largest;
        workspace = AlignedBuffer<T>(
            Op<Layer>::template workspace<Backend, T>(node, rows_in / batch * largest, threads.count()));
    }

    /// Calls forward as a network does. The results are in `output`, `saved`, `carried_on` and
    /// `output_magnitude`.
    void forward() {
        forward([](Context<T>&) {});
    }
    /// As above; change(context) can change the arguments before the call.
    template <class Change>
    void forward(Change change) {
        poison(output);
        for (auto& zone : saved) poison(zone);
        for (auto& zone : forward_scratch) poison(zone);
        poison(workspace);
        poison(carried_on);
        if (node.facts.moves_nothing) std::copy_n(input.data(), input.size(), output.data());
        Context<T> context = make(forward_scratch);
        context.output_magnitude = output_magnitude.data();
        change(context);
        alrao::detail::run_forward<Backend, T, Layer>(context);
    }

    /// Calls backward as a network does for a layer that is not the first one. The results are in
    /// `input_gradient`, `gradients` and `magnitudes`.
    void backward() {
        backward([](Context<T>&) {});
    }
    /// As above; change(context) can change the arguments before the call.
    template <class Change>
    void backward(Change change) {
        poison(input_gradient);
        for (auto& zone : backward_scratch) poison(zone);
        for (auto& gradient : gradients) poison(gradient);
        for (auto& magnitude : magnitudes) poison(magnitude);
        poison(workspace);
        if (node.facts.moves_nothing)
            std::copy_n(output_gradient.data(), input.size(), input_gradient.data());
        Context<T> context = make(backward_scratch);
        if (!node.facts.backward_needs_input) forget(context.input, forgotten_input);
        if (!node.facts.backward_needs_output) forget(context.output, forgotten_output);
        context.output_gradient = block(output_gradient, rows_out, node.facts.output);
        if (!node.facts.needs_to_be_first) context.input_gradient = block(input_gradient, rows_in, shape);
        for (std::size_t p = 0; p < values.size(); ++p) {
            context.parameter[p].gradient = gradients[p].data();
            context.parameter[p].gradient_magnitude = magnitudes[p].data();
        }
        change(context);
        alrao::detail::run_backward<Backend, T, Layer>(context);
    }

    /// Calls commit, which updates the statistics.
    void commit() {
        Context<T> context = make(forward_scratch);
        Op<Layer>::template commit<Backend, T>(context);
    }

    /// Calls f(name, array) for the output, for the carried state after the call and, if `with_backward`, for
    /// the gradients of the input and of each parameter.
    template <class F>
    void for_each_result(bool with_backward, F f) const {
        f(std::string_view("output"), output);
        f(std::string_view("carried_on"), carried_on);
        if (!with_backward) return;
        if (!node.facts.needs_to_be_first) f(std::string_view("input_gradient"), input_gradient);
        for (std::size_t p = 0; p < gradients.size(); ++p) f(node.facts.parameters[p].name, gradients[p]);
    }

    /// Number of columns of parameter p: the product of its extents from the feature axis on.
    std::size_t columns(std::size_t p) const {
        const Parameter& parameter = node.facts.parameters[p];
        return parameter.extents.product(parameter.feature_axis, parameter.extents.rank);
    }
    /// Number of rows of an array with samples of shape `of`: pixels x samples x time steps.
    std::size_t rows(const Shape& of) const { return of.pixels() * batch * (of.per_token ? steps : 1); }

    Shape shape;
    std::size_t batch, steps, max_batch = 0, rows_in = 0, rows_out = 0;
    Threads threads;
    graph::Node node{};
    bool training = true;
    Seed seed{7};
    T unwritten = std::numeric_limits<T>::quiet_NaN();
    bool fills = true;  ///< false: memory is not filled with `unwritten` before calls, to save time
    AlignedBuffer<T> input, output, input_gradient, output_gradient, workspace, output_magnitude, carried,
        carried_on;
    std::vector<AlignedBuffer<T>> values, gradients, magnitudes, statistics;
    std::array<AlignedBuffer<T>, 3> saved, forward_scratch, backward_scratch;
    AlignedBuffer<T> forgotten_input, forgotten_output;

private:
    template <class Element>
    void forget(Block<Element>& block, AlignedBuffer<T>& memory) const {
        if (!fills) return;
        memory = AlignedBuffer<T>(block.rows * block.stride);
        poison(memory);
        block.data = memory.data();
    }
    void poison(AlignedBuffer<T>& buffer) const {
        if (fills) std::fill_n(buffer.data(), buffer.size(), unwritten);
    }
    void allocate(std::array<AlignedBuffer<T>, 3>& zones, const Memory& memory) const {
        zones = {AlignedBuffer<T>(memory.per_token * batch * steps),
                 AlignedBuffer<T>(memory.per_sample * batch), AlignedBuffer<T>(memory.fixed)};
    }
    static Block<T> block(AlignedBuffer<T>& buffer, std::size_t count, const Shape& of) {
        return {buffer.data(), count, of.channels(), of.channels()};
    }
    Context<T> make(std::array<AlignedBuffer<T>, 3>& scratch) {
        Context<T> context;
        context.node = &node;
        context.batch_size = batch;
        context.max_batch_size = max_batch;
        context.time_steps = steps;
        context.training = training;
        context.input = block(input, rows_in, shape);
        context.output = block(output, rows_out, node.facts.output);
        for (std::size_t p = 0; p < values.size(); ++p)
            context.parameter[p] = {values[p].data(), nullptr, nullptr, values[p].size() / columns(p),
                                    columns(p)};
        for (std::size_t s = 0; s < statistics.size(); ++s) context.statistic[s] = statistics[s].data();
        context.saved = {saved[0].data(), saved[1].data(), saved[2].data()};
        context.scratch = {scratch[0].data(), scratch[1].data(), scratch[2].data()};
        const std::size_t width = node.facts.carried.per_sample;
        if (width > 0) {
            context.carried = {carried.data(), batch, width, width};
            context.carried_on = {carried_on.data(), batch, width, width};
        }
        context.workspace = workspace.data();
        context.seed = seed;
        // Arbitrary numbers, by which a layer such as Dropout selects its random numbers.
        context.step = 3;
        context.layer = 2;
        context.threads = &threads;
        return context;
    }
};

/// Copies the rows of sample b of a batch: `row` numbers for each of `steps` time steps.
template <class T>
std::vector<T> sample_of(const T* rows, std::size_t batch, std::size_t steps, std::size_t row,
                         std::size_t b) {
    std::vector<T> sample;
    for (std::size_t t = 0; t < steps; ++t) {
        const T* const from = rows + (t * batch + b) * row;
        sample.insert(sample.end(), from, from + row);
    }
    return sample;
}

/// Fills a buffer with normal numbers, or with small integers, whose products and sums are exact.
template <class T>
void fill(AlignedBuffer<T>& buffer, Philox& random, double scale, bool whole) {
    for (T& x : buffer.span())
        x = whole ? static_cast<T>(static_cast<double>(random.below(9)) - 4)
                  : static_cast<T>(scale * random.normal());
}

/// Fills all arrays that a layer reads with random numbers. Statistics whose initial value is 1, such as
/// variances, get numbers above 0. `whole`: whole numbers, as in `fill`.
template <class Layer, class Backend, class T>
void fill_layer(LoneLayer<Layer, Backend, T>& layer, std::uint64_t seed, double scale = 1,
                bool whole = false) {
    Philox random(Seed{seed}, 0);
    const Facts& facts = layer.node.facts;
    if (facts.parameters.size > 0 && facts.parameters[0].role == Role::embedding) {
        for (T& x : layer.input.span()) x = static_cast<T>(random.below(facts.parameters[0].extents[0]));
    } else {
        fill(layer.input, random, scale, whole);
    }
    fill(layer.output_gradient, random, 1, whole);
    fill(layer.carried, random, 0.7, whole);
    for (std::size_t p = 0; p < layer.values.size(); ++p) {
        fill(layer.values[p], random, 0.5, whole);
        if (layer.node.facts.parameters[p].role == Role::scale)
            for (T& x : layer.values[p].span()) x += 1;
    }
    for (std::size_t s = 0; s < layer.statistics.size(); ++s) {
        const bool positive = layer.node.facts.statistics[s].initial == 1;
        for (T& x : layer.statistics[s].span()) {
            if (whole) x = positive ? T{2} : T{1};
            else x = static_cast<T>(positive ? 0.3 + random.uniform() : random.normal());
        }
    }
}

}  // namespace alrao::check
