#pragma once

#include <alrao/meta/list.hpp>
#include <alrao/ops/context.hpp>

#include <concepts>
#include <cstddef>

namespace alrao {

namespace detail {

/// A layer of one's own, member by member. Instantiated by whoever needs them first, so that a message
/// is short, and once, so that there is one.
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
                  "alrao: this layer has no public static forward(Context<T>&), and no header of ops/ is "
                  "included that does its work");
    static_assert(!good || commits, "alrao: commit of a layer is public and static, and takes Context<T>&");
    static_assert(!good || !commits || works_in,
                  "alrao: workspace of a layer is a static template: template <class T> static "
                  "std::size_t workspace(const graph::Node&, std::size_t rows, int threads)");
};
template <class Layer, class T>
struct TrainedLayer {
    static constexpr bool good = requires(Context<T>& context) { Layer::backward(context); };

    static_assert(good || !CheckedLayer<Layer, T>::good,
                  "alrao: this layer has no public static backward(Context<T>&), so it cannot be trained");
};

}  // namespace detail

/// What a layer does: the pure functions that belong to a descriptor.
///
///   forward(context)            fills context.output (and saved) from input, parameters, statistics
///   backward(context)           fills the parameters' gradients and context.input_gradient
///   commit(context)             writes statistics, once the step is accepted (optional)
///   workspace(node, rows, threads)  elements of T that the calls need in context.workspace; must not
///                              fall when rows are added, since it serves smaller batches too (optional)
///
/// This primary template serves a user's layer, whose descriptor has `template <class T> static void
/// forward(Context<T>&)` and `backward(Context<T>&)`; the library's layers specialise it.
template <class Layer>
struct Op {
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
    /// Whether forward fills output_magnitude and backward gradient_magnitude; if not, they are
    /// scanned for after the call.
    static constexpr bool reports_magnitudes = false;
};

/// What most layers of the library have in common: nothing to commit, no workspace.
struct PlainOp {
    template <class Backend, class T>
    static void commit(Context<T>&) {}
    template <class Backend, class T>
    static std::size_t workspace(const graph::Node&, std::size_t, int) {
        return 0;
    }
    static constexpr bool reports_magnitudes = true;
};

template <>
struct Op<graph::DoneElsewhere> : PlainOp {
    template <class Backend, class T>
    static void forward(Context<T>&) {}
    template <class Backend, class T>
    static void backward(Context<T>&) {}
};

namespace detail {
/// What a leaf says of itself before it is run; a library's own layers say nothing.
template <class Leaf, class T>
struct RunCheck {
    using type = int;
};
template <class Leaf, class T>
    requires(Op<Leaf>::says_whether_it_runs)
struct RunCheck<Leaf, T> {
    using type = typename Op<Leaf>::template Checked<T>;
};
/// And before it is trained.
template <class Leaf, class T>
struct TrainingCheck {
    using type = int;
};
template <class Leaf, class T>
    requires(Op<Leaf>::says_whether_it_trains)
struct TrainingCheck<Leaf, T> {
    using type = typename Op<Leaf>::template Trained<T>;
};

/// Lets every leaf of a network say whether it can be run, or trained.
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
template <class Net, bool trained>
using NetworkWorks = LeavesWork<typename Net::network::leaves, typename Net::scalar, trained>;
}  // namespace detail

}  // namespace alrao
