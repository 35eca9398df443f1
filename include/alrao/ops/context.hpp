#pragma once

#include <alrao/graph/fusion.hpp>
#include <alrao/kernels/head/truth.hpp>
#include <alrao/kernels/normalization/row_pieces.hpp>
#include <alrao/ops/batch_loss.hpp>
#include <alrao/tensor/philox.hpp>
#include <alrao/tensor/threads.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace alrao {

/// The values between two layers for a whole batch, as a matrix: `rows` rows of `channels` contiguous
/// elements, with a row stride of `stride` elements. A row is a sample (flat), a pixel of a sample (image)
/// or a time step of a sample (sequence; all samples of the first time step precede those of the second).
/// The gaps between rows may contain other data and must not be written.
template <class T>
struct Block {
    T* data = nullptr;
    std::size_t rows = 0, channels = 0, stride = 0;

    constexpr explicit operator bool() const { return data != nullptr; }
    constexpr T* row(std::size_t index) const { return data + index * stride; }
    constexpr kernels::Matrix<T> matrix() const { return {data, stride}; }
    constexpr kernels::Rows extent() const { return {rows, channels}; }
    constexpr operator Block<const T>() const
        requires(!std::is_const_v<T>)
    {
        return {data, rows, channels, stride};
    }
};

/// A parameter of a layer as a contiguous matrix. The columns are the feature axis and any axes after it;
/// the rows are all axes before it. Backward overwrites the gradient, which is null in prediction.
template <class T>
struct ParameterView {
    const T* value = nullptr;
    T* gradient = nullptr;
    T* gradient_magnitude = nullptr;  ///< [columns]: largest |gradient| of each column; null: not needed
    std::size_t rows = 0, columns = 0;
};

/// One branch of a composition, for the operations where branches begin and end. Values that share memory
/// have equal addresses here and need not be copied.
template <class T>
struct BranchBlocks {
    Block<const T> end{};             ///< output of the branch
    Block<T> end_gradient{};          ///< gradient of the output; null: not needed
    Block<const T> start_gradient{};  ///< gradient of the input of the branch; null: not needed
};

/// Additional inputs and results of a call of a head.
template <class T>
struct HeadCall {
    Truth<T> truth{};
    const double* log_weights = nullptr;     ///< [copies], ln of the averaging weights
    const std::uint64_t* retired = nullptr;  ///< [copies], nonzero: not computed; null: all are computed
    bool needs_truth = false;                ///< in prediction: without truth, forward throws ArgumentError
    double* log_likelihood = nullptr;        ///< result, [copies]: sum over the rows, -infinity for a copy
                                             ///< that is not finite; null: not needed
    BatchLoss loss{};                        ///< result if there is truth
};

/// What an AveragedHead predicts from copies j with averaging weights a_j and predictions p_j. The loss is
/// that of the mixture of likelihoods, except with best_copy, where it is the loss of that copy.
enum class Averaged : unsigned char {
    standard,   ///< classification: mixture; regression: best_copy, as Alrao's authors do
    mixture,    ///< sum of a_j p_j, where p_j are probabilities (classification) or means (regression)
    best_copy,  ///< prediction of the copy with the largest weight
    /// Another name for mixture. For regression it is not robust: a copy that has diverged but is still
    /// finite has a small weight and a huge mean.
    posterior_mean = mixture,
};

/// Arguments of one call of a layer. The code that runs the network fills it in; a layer reads the const
/// members and overwrites the others.
template <class T>
struct Context {
    const graph::Node* node = nullptr;           ///< the layer's facts, input shape and place in the network
    std::size_t batch_size = 0, time_steps = 1;  ///< time_steps is 1 unless the network takes sequences
    std::size_t max_batch_size = 0;  ///< the largest batch size; kernels choose their method by it
    bool training = false;           ///< forward in training: also write `saved`
    graph::Fused fused{};            ///< work of neighbouring layers that this call includes

    /// In training: column statistics (mean, variance) that are computed while rows are written. A layer
    /// with KernelTraits::writes_statistics stores those of its output here; the next layer reads them as
    /// the statistics of its input. Null if this call does neither.
    const kernels::RowPieces<T>* pieces = nullptr;

    Block<const T> input{};
    Block<T> output{};
    Block<const T> output_gradient{};  ///< read by backward; may share memory with input_gradient if the
                                       ///< layer is elementwise
    Block<T> input_gradient{};         ///< written by backward; null: not needed

    std::span<const BranchBlocks<T>> branches{};  ///< only where branches of a composition begin or end

    /// In the order of `Facts::parameters`. The layers of the library define indices for them, as in
    /// `parameter[Dense<8>::weight]`.
    std::array<ParameterView<T>, 4> parameter{};
    /// In the order of `Facts::statistics`. Forward reads them; only commit may write them.
    std::array<T*, 4> statistic{};
    /// Recurrent layers, [batch, Facts::carried.per_sample]: the state before the first time step, and
    /// where forward writes the state after the last one. Null if the layer has no carried state.
    Block<const T> carried{};
    Block<T> carried_on{};
    ByZone<T*> saved{};      ///< sizes Facts::saved; written by forward, read by backward
    ByZone<T*> scratch{};    ///< sizes Facts::forward_scratch or backward_scratch; undefined between calls
    T* workspace = nullptr;  ///< the number of elements that Op::workspace returned

    /// [features], written by forward: largest |output| of each feature over the batch, before an
    /// activation. Null: not needed.
    T* output_magnitude = nullptr;

    Seed seed{0};
    std::uint64_t step = 0;       ///< number of the optimizer step, for random numbers
    std::uint64_t layer = 0;      ///< index of this layer in the network, for random numbers
    HeadCall<T>* head = nullptr;  ///< set for the last layer only
    Averaged averaged = Averaged::standard;
    Threads* threads = nullptr;

    /// saved.per_token if the input is a sequence, else saved.per_sample.
    T* saved_per_value() const { return node->input.per_token ? saved.per_token : saved.per_sample; }
};

}  // namespace alrao
