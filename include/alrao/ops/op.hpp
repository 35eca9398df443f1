#pragma once

#include <alrao/meta/list.hpp>
#include <alrao/ops/context.hpp>

#include <concepts>
#include <cstddef>

namespace alrao {

namespace detail {

/// Checks the members of a user's layer. RunCheck instantiates it before other templates use the layer,
/// so that a missing member gives one short error.
template <class Layer, class T>
struct CheckedLayer {
    static constexpr bool good = requires(Context<T>& context) { Layer::forward(context); };
    static constexpr bool commits =
        requires(Context<T>& context) { Layer::commit(context); } ||
        !(
            requires { &Layer::commit; } || requires { &Layer::template commit<T>; });
    static constexpr bool works_in =
        requires(const graph::Node& node) {
            { Layer::template workspace<T>(node, std::size_t{1}, 1) } -> std::same_as<std::size_t>;
        } ||
        !(
            requires { &Layer::workspace; } || requires { &Layer::template workspace<T>; });

    static_assert(good || layers::descriptor_fault<Layer>() != layers::DescriptorFault::none,
                  "alrao: this layer has no public static forward(Context<T>&): add it, or, for a layer of "
                  "the library, include its header in alrao/ops/");
    static_assert(!good || commits,
                  "alrao: commit of a layer must be public and static, and take Context<T>&");
    static_assert(!good || !commits || works_in,
                  "alrao: workspace of a layer must be a static template: template <class T> static "
                  "std::size_t workspace(const graph::Node&, std::size_t rows, int threads)");
};
/// Checks that a user's layer has a backward pass.
template <class Layer, class T>
struct TrainedLayer {
    static constexpr bool good = requires(Context<T>& context) { Layer::backward(context); };

    static_assert(good || !CheckedLayer<Layer, T>::good,
                  "alrao: this layer has no public static backward(Context<T>&), so it cannot be trained");
};

}  // namespace detail

/// The operations of a layer, as static functions without state:
///
///   forward(context)     writes context.output (and context.saved) from input, parameters, statistics
///   backward(context)    writes the gradients of the parameters and context.input_gradient
///   commit(context)      updates the statistics after the optimizer step was accepted (optional)
///   workspace(node, rows, threads)  returns how many elements of T forward and backward need in
///                        context.workspace (optional)
///
/// This primary template calls the members of a user's layer: `template <class T> static void
/// forward(Context<T>&)` and `backward(Context<T>&)`, and `commit` and `workspace` if it has them. The
/// layers of the library specialise Op.
///
/// Laws, which check_layer (check/layer/layer.hpp) tests on any layer:
///
///   - the facts describe the parameters and their features: each parameter has a name and a feature axis;
///     those in the group of the last parameter have as many features as the output has channels
///   - backward gives the derivatives of forward
///   - outputs and gradients equal those of the reference implementation (check/layer/reference.hpp), if one
///     is given
///   - each call writes all of its results, and reads nothing that is undefined: the contents of outputs,
///     scratch and workspace are undefined before a call, those of saved memory before forward, and in backward
///     those of the input and of the output, unless Facts::backward_needs_input or backward_needs_output is set
///   - each call stays within the memory that it is given: rows of blocks lie `stride` apart (a layer that
///     needs them contiguous throws ArgumentError, as matrix_view does), and only commit writes statistics
///   - samples do not influence each other (in training, only if Facts::normalizes_over_batch is false)
///   - the result for a sample is the same alone and in a batch, up to rounding
///   - the results are bit-identical on any number of threads, and if a call is repeated
///   - forward gives the same in prediction as in training, unless the layer normalizes over the batch, keeps
///     statistics, or draws random numbers
///   - an elementwise layer gives the same results in place: the output may use the memory of the input, and
///     the gradient of the input may use the memory of the gradient of the output
///   - backward computes the same gradients of the parameters if context.input_gradient is null, as in the
///     first layer
///   - output_magnitude and gradient_magnitude are the largest magnitudes of what the call has written
///   - the workspace for the largest batch is sufficient for smaller ones: either its size does not decrease
///     when rows are added, or the layer chooses its method by Context::max_batch_size
template <class Layer>
struct Op {
    /// Declared if the static_asserts of the member Checked report that the layer cannot run, and those of the
    /// member Trained that it cannot be trained. See RunCheck and TrainingCheck.
    static constexpr bool says_whether_it_runs = true, says_whether_it_trains = true;
    template <class T>
    using Checked = detail::CheckedLayer<Layer, T>;
    template <class T>
    using Trained = detail::TrainedLayer<Layer, T>;

    template <class Backend, class T>
    static void forward(Context<T>& context) {
        static_assert(sizeof(Checked<T>) > 0);
        if constexpr (Checked<T>::good) Layer::forward(context);
    }
    template <class Backend, class T>
    static void backward(Context<T>& context) {
        static_assert(sizeof(Trained<T>) > 0);
        if constexpr (Trained<T>::good) Layer::backward(context);
    }
    template <class Backend, class T>
    static void commit(Context<T>& context) {
        if constexpr (requires { Layer::commit(context); }) Layer::commit(context);
    }
    template <class Backend, class T>
    static std::size_t workspace(const graph::Node& node, std::size_t rows, int threads) {
        if constexpr (requires { Layer::template workspace<T>(node, rows, threads); })
            return Layer::template workspace<T>(node, rows, threads);
        return 0;
    }
    /// Whether forward writes context.output_magnitude and backward gradient_magnitude of the parameters.
    /// If not, they are computed by another pass over memory after the call.
    static constexpr bool reports_magnitudes = false;
};

/// Base of most operations in the library: nothing to commit, no workspace, magnitudes are reported.
struct PlainOp {
    template <class Backend, class T>
    static void commit(Context<T>&) {}
    template <class Backend, class T>
    static std::size_t workspace(const graph::Node&, std::size_t, int) {
        return 0;
    }
    static constexpr bool reports_magnitudes = true;
};

/// Operation of a layer whose work is included in another layer's call.
template <>
struct Op<graph::DoneElsewhere> : PlainOp {
    template <class Backend, class T>
    static void forward(Context<T>&) {}
    template <class Backend, class T>
    static void backward(Context<T>&) {}
};

namespace detail {
/// The type whose static_asserts check that a layer can run; `int` (no check) for the library's layers.
template <class Leaf, class T>
struct RunCheck {
    using type = int;
};
template <class Leaf, class T>
    requires(Op<Leaf>::says_whether_it_runs)
struct RunCheck<Leaf, T> {
    using type = typename Op<Leaf>::template Checked<T>;
};
/// The same for training.
template <class Leaf, class T>
struct TrainingCheck {
    using type = int;
};
template <class Leaf, class T>
    requires(Op<Leaf>::says_whether_it_trains)
struct TrainingCheck<Leaf, T> {
    using type = typename Op<Leaf>::template Trained<T>;
};

/// Instantiates the checks of all layers of a network: for running, or for running and training.
template <class Leaves, class T, bool trained>
struct LeavesWork;
template <class... Leaves, class T>
struct LeavesWork<meta::List<Leaves...>, T, false> {
    static_assert(meta::stated<sizeof(typename RunCheck<Leaves, T>::type)...>);
};
template <class... Leaves, class T>
struct LeavesWork<meta::List<Leaves...>, T, true> {
    static_assert(meta::stated<sizeof(typename RunCheck<Leaves, T>::type)...,
                               sizeof(typename TrainingCheck<Leaves, T>::type)...>);
};
/// LeavesWork for the layers and the scalar type of a model.
template <class Net, bool trained>
using NetworkWorks = LeavesWork<typename Net::network::leaves, typename Net::scalar, trained>;
}  // namespace detail

}  // namespace alrao
