#pragma once

#include <alrao/kernels/embedding.hpp>
#include <alrao/kernels/magnitude.hpp>
#include <alrao/layers/embedding.hpp>
#include <alrao/ops/op.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>

#include <cstddef>
#include <limits>

namespace alrao {

namespace detail {

/// Throws ArgumentError if a token is not a row index of the table. Called before tokens are used as
/// indices.
template <class T>
void require_words(const Block<const T>& tokens, std::size_t words, std::size_t batch) {
    for (std::size_t row = 0; row < tokens.rows; ++row) {
        const T word = *tokens.row(row);
        const bool in_range = is_finite(word) && word >= T{0} && word < static_cast<T>(words);
        if (!in_range || !is_same_number(static_cast<T>(static_cast<std::size_t>(word)), word))
            fail({"alrao: token ", word, " (sample ", row % batch, ", step ", row / batch,
                  ") is not a word of this Embedding: it must be a whole number from 0 to ", words - 1});
    }
}

}  // namespace detail

template <std::size_t Words, std::size_t Width>
struct Op<Embedding<Words, Width>> : PlainOp {
    template <class Backend, class T>
    static void forward(Context<T>& context) {
        static_assert(Words <= std::size_t{1} << std::numeric_limits<T>::digits,
                      "alrao: the scalar type of the network cannot represent all words of this Embedding");
        const Block<const T>& tokens = context.input;
        const Block<T>& y = context.output;
        detail::require_words(tokens, Words, context.batch_size);
        kernels::gather_rows<Backend, T>(y.extent(), tokens.matrix(),
                                         {context.parameter[Embedding<Words, Width>::weight].value, Width},
                                         y.matrix(), *context.threads);
        if (context.output_magnitude)
            kernels::column_magnitude<Backend, T>(y.extent(), y.matrix(), context.output_magnitude,
                                                  *context.threads);
    }

    template <class Backend, class T>
    static void backward(Context<T>& context) {
        const Block<const T>& dy = context.output_gradient;
        const ParameterView<T>& weight = context.parameter[Embedding<Words, Width>::weight];
        kernels::scatter_rows<Backend, T>(dy.extent(), Words, context.input.matrix(), dy.matrix(),
                                          {weight.gradient, Width}, weight.gradient_magnitude,
                                          *context.threads);
    }
};

}  // namespace alrao
