#pragma once

#include <alrao/kernels/column_sums.hpp>
#include <alrao/kernels/gemm/gemm.hpp>
#include <alrao/kernels/head/mixture.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/ops/detail/live_copies.hpp>
#include <alrao/ops/op.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace alrao {

/// The copies of a head that are computed, side by side; retired ones are left out.
struct HeadCopies {
    std::size_t count = 0;
    const double* log_weights = nullptr;  ///< [count], ln of the averaging weights
    double* log_likelihood = nullptr;     ///< [count], to be written where there is truth: sum over the rows
};

/// What the classifier in a head does with the scores of all copies. A head from outside the library
/// has it as a member, `template <std::size_t Copies> struct Loss`:
///
///   BatchLoss learn(context, copies, scores, trunk)
///       returns the loss, writes `copies.log_likelihood`, and writes the gradients of the scores: each
///       copy's own in the place of its scores, and the trunk's, weighted by copy, to `trunk`
///   BatchLoss predict(context, copies, scores)
///       writes context.output; with `context.head->truth` also compares with it, as learn
///   std::size_t workspace(rows)
///       elements of T that these need in context.workspace
///
/// `scores`: [rows, copies.count x outputs], a row every `stride` elements. Copies bounds copies.count.
template <class Classifier, std::size_t Copies>
struct HeadLoss {
    using not_specialised = void;
};
template <class Classifier, std::size_t Copies>
    requires requires { typename Classifier::template Loss<Copies>; }
struct HeadLoss<Classifier, Copies> : Classifier::template Loss<Copies> {};

namespace detail {
/// Said of a head once, whatever is done with it.
template <class Loss, class T>
struct CheckedLoss {
    static constexpr bool specialised = !requires { typename Loss::not_specialised; };
    static constexpr bool learns =
        requires(Context<T>& context, const HeadCopies& copies, const Block<T>& block) {
            { Loss::template learn<OwnTiles<>, T>(context, copies, block, block) } -> std::same_as<BatchLoss>;
        };
    static constexpr bool predicts =
        requires(Context<T>& context, const HeadCopies& copies, const Block<T>& block) {
            { Loss::template predict<OwnTiles<>, T>(context, copies, block) } -> std::same_as<BatchLoss>;
        };
    static constexpr bool sized = requires {
        { Loss::template workspace<T>(std::size_t{}) } -> std::same_as<std::size_t>;
    };
    static constexpr bool good = specialised && learns && predicts && sized;

    static_assert(specialised,
                  "alrao: nothing turns this head's scores into losses: a head of your own has a member "
                  "`template <std::size_t Copies> struct Loss`; of another include its header of ops/");
    static_assert(
        !specialised || learns,
        "alrao: HeadLoss<Classifier, Copies> has `template <class Backend, class T> static BatchLoss "
        "learn(Context<T>&, const HeadCopies&, const Block<T>& scores, const Block<T>& trunk)`");
    static_assert(
        !specialised || !learns || predicts,
        "alrao: HeadLoss<Classifier, Copies> has `template <class Backend, class T> static BatchLoss "
        "predict(Context<T>&, const HeadCopies&, const Block<T>& scores)`");
    static_assert(!specialised || !learns || !predicts || sized,
                  "alrao: HeadLoss<Classifier, Copies> has `template <class T> static std::size_t "
                  "workspace(std::size_t rows)`: how many T the others need");
};
}  // namespace detail

namespace detail {

/// A last layer: all copies' scores as one product, then what the classifier does with them.
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
            // Shows what is not finite.
            if (context.training) epilogue.magnitude = context.scratch.fixed + place;
            kernels::gemm_nn<Backend, T>(
                x.rows, live.width(run, outputs), x.channels, x.matrix(),
                {context.parameter[layers::HeadParameter::weight].value + first, columns},
                part(scores, place), epilogue, context.workspace, *context.threads);
        }
        context.head->loss = compare<Backend>(context, live, scores);
    }

    /// dW and db of each copy from its own loss; dX from the loss of the average. The gradients of a
    /// retired copy are left as they are, their magnitudes are 0.
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
            epilogue.read_next = weight.value + first;  // by the update
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
    /// One copy alone carries all responsibility: its own gradient is the trunk's.
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

    /// The classifier's part. It is given the copies that are computed, side by side.
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

/// The factor that makes the batch's loss a mean: 1 / sum of the sample weights.
/// @throws ArgumentError on a weight below 0, or one that is not finite
template <class T>
double mean_factor(const Context<T>& context) {
    const std::size_t rows = context.input.rows;
    const T* weights = context.head->truth.weights;
    if (weights == nullptr) return 1 / static_cast<double>(rows);
    double sum = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        if (!(weights[row] >= 0) || !is_finite(weights[row]))
            fail({"alrao: sample ", row, " of the batch has weight ", weights[row],
                  ", needed a finite number from 0 on"});
        sum += static_cast<double>(weights[row]);
    }
    return sum > 0 ? 1 / sum : 0;
}

/// What the losses of all classifiers share: whose scores are looked at, memory, the report.
template <std::size_t Outputs, std::size_t Copies>
struct MixtureLoss {
    /// Elements of T in the doubles that a mixture works in.
    template <class T>
    static std::size_t workspace(std::size_t rows) {
        return kernels::MixtureWorkspace::size(rows, Copies) * sizeof(double) / sizeof(T);
    }

protected:
    /// Copies that are averaged, and their scores: all of them or the one of the largest weight.
    template <class T>
    struct Choice {
        kernels::Matrix<T> scores;
        std::size_t copies;
        const double* log_weights;
        std::size_t first = 0;  ///< of them among those that are computed
    };
    template <class T>
    static Choice<T> choose_copies(const HeadCopies& copies, const Block<T>& scores, bool best_copy) {
        static constexpr double certain = 0;
        const double* const weights = copies.log_weights;
        Choice<T> all{scores.matrix(), copies.count, weights};
        if (!best_copy) return all;
        const auto best =
            static_cast<std::size_t>(std::max_element(weights, weights + copies.count) - weights);
        all.scores.data += best * Outputs;
        return {all.scores, 1, &certain, best};
    }

    /// Moves what one copy reported to its place: the others were not computed.
    template <class T>
    static void place(const HeadCopies& copies, const Choice<T>& chosen) {
        if (chosen.copies == copies.count) return;
        const double its_own = copies.log_likelihood[0];
        std::fill_n(copies.log_likelihood, copies.count, -std::numeric_limits<double>::infinity());
        copies.log_likelihood[chosen.first] = its_own;
    }

    template <class T>
    static kernels::MixtureGradients<T> gradients(const Context<T>& context, const Block<T>& scores,
                                                  const Block<T>& trunk) {
        return {.own = scores.matrix(),
                .trunk = Copies > 1 ? trunk.matrix() : kernels::Matrix<T>{nullptr, trunk.stride},
                .scale = static_cast<T>(mean_factor(context))};
    }
    template <class T>
    static double* doubles(const Context<T>& context) {
        return reinterpret_cast<double*>(context.workspace);
    }
    static BatchLoss loss_of(const kernels::MixtureSums& sums) {
        // Of a sample for which no copy was finite the loss is infinite, with or without others.
        return {.loss = sums.loss,
                .weight = sums.weight,
                .correct = sums.correct,
                .any_finite = is_finite(sums.loss)};
    }
};

/// Raises on a label outside 0 .. classes - 1: it would be an index.
inline void require_labels(const std::int32_t* labels, std::size_t rows, std::size_t classes) {
    if (labels == nullptr) fail("alrao: this head needs a label per sample");
    for (std::size_t row = 0; row < rows; ++row)
        if (labels[row] < 0 || static_cast<std::size_t>(labels[row]) >= classes)
            fail({"alrao: sample ", row, " of the batch has label ", labels[row], ", needed 0 to ",
                  classes - 1});
}

}  // namespace detail

template <class Classifier, std::size_t N>
struct Op<AveragedHead<Classifier, N>> : detail::HeadOp<Classifier, N> {};

/// A head by itself is one copy.
template <HeadClassifier Classifier>
struct Op<Classifier> : detail::HeadOp<Classifier, 1> {};

}  // namespace alrao
