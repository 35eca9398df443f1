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

/// Numbers of a layer for a whole batch: `rows` rows of `channels` contiguous elements that start
/// `stride` elements apart. A row is a sample, a pixel of a sample, or a step of a sample: all samples
/// of the first step, then those of the second. What lies between the rows belongs to others.
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

/// A parameter of the layer: rows x columns contiguous elements, as ParameterEntry describes them.
/// The gradient (null in prediction) is overwritten by backward.
template <class T>
struct ParameterView {
    const T* value = nullptr;
    T* gradient = nullptr;
    T* gradient_magnitude = nullptr;  ///< [columns]: largest |gradient| of each column
    std::size_t rows = 0, columns = 0;
};

/// One branch of a composition, as the marks see it where paths part and meet. What the plan made one
/// memory has one address here, and nothing is to be done for it.
template <class T>
struct BranchBlocks {
    Block<const T> end{};             ///< what the branch computes
    Block<T> end_gradient{};          ///< its gradient; null: not needed
    Block<const T> start_gradient{};  ///< the gradient of what the branch is given; null likewise
};

/// What a head is given beside its input, and what it reports.
template <class T>
struct HeadCall {
    Truth<T> truth{};
    const double* log_weights = nullptr;     ///< [copies], ln of the averaging weights
    const std::uint64_t* retired = nullptr;  ///< [copies], not 0: not computed; null: all are
    bool needs_truth = false;                ///< prediction: missing truth is an error
    double* log_likelihood = nullptr;        ///< [copies], or null; written: sum over the rows,
                                             ///< -infinity for a copy that is not finite
    BatchLoss loss{};                        ///< written where there is truth
};

/// What an averaged head predicts, of copies with the averaging weights a_j and the predictions
/// p_j. A loss is that of the mixture of likelihoods, unless the best copy is asked for.
enum class Averaged : unsigned char {
    standard,   ///< a classifier: mixture; a regression: best_copy, as Alrao's authors do
    mixture,    ///< sum a_j p_j, of probabilities; of a regression its mean, sum a_j m_j
    best_copy,  ///< of the copy of the largest weight alone
    /// The mean of what the copies predict is the mixture, be it of probabilities or of means. Of
    /// means it is not robust: a copy that ran away but stayed finite has a small weight, and a
    /// huge mean.
    posterior_mean = mixture,
};

/// All that one call of a layer works on. Whoever runs the network fills it in; a layer reads what is
/// const and overwrites the rest.
template <class T>
struct Context {
    const graph::Node* node = nullptr;
    std::size_t batch_size = 0, time_steps = 1;
    std::size_t max_batch_size = 0;  ///< the largest that will come; kernels choose their method by it
    bool training = false;
    graph::Fused fused{};  ///< what the call does for the leaves around it

    /// Training: statistics of the rows of the output, which the layer may take while it writes
    /// them, or those of the input that the layer before has taken. Null: neither.
    const kernels::RowPieces<T>* pieces = nullptr;

    Block<const T> input{};
    Block<T> output{};
    Block<const T> output_gradient{};  ///< backward reads; may be the same memory as
    Block<T> input_gradient{};         ///< what it writes (elementwise); null: not needed

    std::span<const BranchBlocks<T>> branches{};  ///< of a mark where a composition parts or meets

    /// In the order of `Facts::parameters`; the layers of the library name them, as in
    /// `parameter[Dense<8>::weight]`.
    std::array<ParameterView<T>, 4> parameter{};
    /// In the order of `Facts::statistics`. Forward reads them, only commit writes them.
    std::array<T*, 4> statistic{};
    /// [batch, Facts::carried.per_sample]: what the layer carries from the steps before, and where
    /// forward leaves what it carries to those that follow. Null if it carries nothing.
    Block<const T> carried{};
    Block<T> carried_on{};
    ByZone<T*> saved{};      ///< forward writes, backward reads
    ByZone<T*> scratch{};    ///< undefined before and after the call
    T* workspace = nullptr;  ///< as many elements as Op::workspace asked for

    /// [features]: largest |output| of each feature over the batch, before an activation; null: unwanted.
    T* output_magnitude = nullptr;

    Seed seed{0};
    std::uint64_t step = 0;       ///< training step, for randomness
    std::uint64_t layer = 0;      ///< number of this leaf in the network
    HeadCall<T>* head = nullptr;  ///< of the last layer only
    Averaged averaged = Averaged::standard;
    Threads* threads = nullptr;

    /// Numbers in the per-token or per-sample zone, whichever the layer's values lie in.
    T* saved_per_value() const { return node->input.per_token ? saved.per_token : saved.per_sample; }
};

}  // namespace alrao
