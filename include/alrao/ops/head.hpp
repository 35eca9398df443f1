#pragma once

#include <alrao/kernels/column_sums.hpp>
#include <alrao/kernels/gemm/gemm.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/ops/detail/live_copies.hpp>
#include <alrao/ops/head_loss.hpp>
#include <alrao/ops/op.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

namespace alrao {

namespace detail {

/// Operation of a last layer: computes the scores of the copies that are not retired, by one product for each
/// run of neighbouring copies, and then calls the loss.
template <class Classifier, std::size_t Copies>
struct HeadOp : PlainOp {
    static constexpr bool says_whether_it_runs = true;
    template <class T>
    using Checked = CheckedLoss<HeadLoss<Classifier, Copies>, T>;

    static constexpr std::size_t columns = layers::head_columns(Copies, Classifier::outputs);
    using Loss = HeadLoss<Classifier, Copies>;

    template <class Backend, class T>
    static void forward(Context<T>& context) {
        const Block<const T>& x = context.input;
        const Live live(context.head->retired);
        const Block<T> scores = own_block(context, live);
        kernels::Epilogue<T> epilogue;
        for (const CopyRun& run : live) {
            const std::size_t first = run.first * outputs, place = run.place * outputs;
            epilogue.bias = context.parameter[layers::HeadParameter::bias].value + first;
            // The largest |score| of each column shows which copies are not finite.
            if (context.training) epilogue.magnitude = context.scratch.fixed + place;
            kernels::gemm_nn<Backend, T>(
                x.rows, live.width(run, outputs), x.channels, x.matrix(),
                {context.parameter[layers::HeadParameter::weight].value + first, columns},
                part(scores, place), epilogue, context.workspace, *context.threads);
        }
        context.head->loss = compare<Backend>(context, live, scores);
    }

    /// dW and db of each copy from its own loss; dX from the averaged loss. Gradients of retired copies are
    /// not written; their magnitudes are set to 0.
    template <class Backend, class T>
    static void backward(Context<T>& context) {
        const Block<const T>& x = context.input;
        const Live live(context.head->retired);
        const Block<T> own = own_block(context, live), trunk = trunk_block(context, live);
        const ParameterView<T>&weight = context.parameter[layers::HeadParameter::weight],
              &bias = context.parameter[layers::HeadParameter::bias];
        if (!live.all())
            for (const ParameterView<T>* parameter : {&weight, &bias})
                if (parameter->gradient_magnitude != nullptr)
                    std::fill_n(parameter->gradient_magnitude, columns, T{0});
        for (const CopyRun& run : live) {
            const std::size_t first = run.first * outputs, place = run.place * outputs;
            const std::size_t width = live.width(run, outputs);
            kernels::Epilogue<T> epilogue;
            epilogue.magnitude = from(weight.gradient_magnitude, first);
            epilogue.read_next = weight.value + first;  // prefetched for the update
            kernels::gemm_tn<Backend, T>(x.channels, width, x.rows, x.matrix(), part(own, place),
                                         {weight.gradient + first, columns}, epilogue, context.workspace,
                                         *context.threads);
            kernels::column_sums<Backend, T>({x.rows, width}, part(own, place), bias.gradient + first,
                                             from(bias.gradient_magnitude, first), context.workspace,
                                             *context.threads);
            if (const Block<T>& dx = context.input_gradient)
                kernels::gemm_nt<Backend, T>(
                    x.rows, x.channels, width, part(trunk, place), {weight.value + first, columns},
                    dx.matrix(), {.accumulate = run.place > 0}, context.workspace, *context.threads);
        }
    }

    template <class Backend, class T>
    static std::size_t workspace(const graph::Node& node, std::size_t rows, int threads) {
        const std::size_t n = node.input.channels();
        return std::max({kernels::gemm_workspace<Backend, T>(rows, columns, n, threads),
                         kernels::gemm_workspace<Backend, T>(n, columns, rows, threads),
                         kernels::gemm_workspace<Backend, T>(rows, n, columns, threads),
                         kernels::column_sums_workspace({rows, columns}), of_loss<T>(rows)});
    }

private:
    static constexpr std::size_t outputs = Classifier::outputs;
    using Live = LiveCopies<Copies>;

    template <class T>
    static std::size_t of_loss(std::size_t rows) {
        if constexpr (Checked<T>::good) return Loss::template workspace<T>(rows);
        else return 0;
    }
    template <class T>
    static Block<T> own_block(const Context<T>& context, const Live& live) {
        const std::size_t stride = live.stride(outputs);
        return {context.saved_per_value(), context.input.rows, stride, stride};
    }
    /// Memory of the gradient of the averaged loss. With one copy it is own_block, because the averaged loss
    /// is then the loss of that copy.
    template <class T>
    static Block<T> trunk_block(const Context<T>& context, const Live& live) {
        Block<T> block = own_block(context, live);
        if (Copies > 1) block.data += block.rows * columns;
        return block;
    }
    template <class T>
    static kernels::Matrix<T> part(const Block<T>& block, std::size_t column) {
        return {block.data + column, block.stride};
    }
    template <class T>
    static T* from(T* row, std::size_t column) {
        return row == nullptr ? nullptr : row + column;
    }

    /// Calls the loss with the computed copies and stores their log-likelihoods (-infinity if retired).
    template <class Backend, class T>
    static BatchLoss compare(Context<T>& context, const Live& live, const Block<T>& scores) {
        HeadCall<T>& head = *context.head;
        std::array<double, Copies> log_weights{}, log_likelihood{};
        live.for_each(
            [&](std::size_t copy, std::size_t place) { log_weights[place] = head.log_weights[copy]; });
        const HeadCopies copies{live.count(), log_weights.data(), log_likelihood.data()};
        BatchLoss loss;
        if constexpr (Checked<T>::good) {
            if (context.training)
                loss = Loss::template learn<Backend, T>(context, copies, scores, trunk_block(context, live));
            else loss = Loss::template predict<Backend, T>(context, copies, scores);
        }
        loss.samples = scores.rows;
        if (head.log_likelihood != nullptr) {
            std::fill_n(head.log_likelihood, Copies, -std::numeric_limits<double>::infinity());
            live.for_each([&](std::size_t copy, std::size_t place) {
                head.log_likelihood[copy] = log_likelihood[place];
            });
        }
        return loss;
    }
};

}  // namespace detail

template <class Classifier, std::size_t N>
struct Op<AveragedHead<Classifier, N>> : detail::HeadOp<Classifier, N> {};

/// A head outside of an AveragedHead has one copy.
template <HeadClassifier Classifier>
struct Op<Classifier> : detail::HeadOp<Classifier, 1> {};

}  // namespace alrao
