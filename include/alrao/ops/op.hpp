#pragma once

#include <alrao/ops/context.hpp>

#include <cstddef>

namespace alrao {

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
    template <class Backend, class T>
    static void forward(Context<T>& context) {
        static_assert(requires { Layer::forward(context); },
                      "alrao: this layer has no forward(Context<T>&), and no header of ops/ is "
                      "included that does its work");
        Layer::forward(context);
    }
    template <class Backend, class T>
    static void backward(Context<T>& context) {
        static_assert(requires { Layer::backward(context); },
                      "alrao: this layer has no backward(Context<T>&), so it cannot be trained");
        Layer::backward(context);
    }
    template <class Backend, class T>
    static void commit(Context<T>& context) {
        if constexpr (requires { Layer::commit(context); }) Layer::commit(context);
    }
    template <class Backend, class T>
    static std::size_t workspace(const layers::Node& node, std::size_t rows, int threads) {
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
    static std::size_t workspace(const layers::Node&, std::size_t, int) {
        return 0;
    }
    static constexpr bool reports_magnitudes = true;
};

template <>
struct Op<layers::DoneByOthers> : PlainOp {
    template <class Backend, class T>
    static void forward(Context<T>&) {}
    template <class Backend, class T>
    static void backward(Context<T>&) {}
};

}  // namespace alrao
