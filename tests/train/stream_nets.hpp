#pragma once

#include <alrao/model/model.hpp>
#include <alrao/ops/activation.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/embedding.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/tensor/philox.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace toy {

using namespace alrao;

/// y_t = x_t + 0.9 y_(t-1): the simplest layer with a carried state.
struct Trail {
    static constexpr std::string_view name = "Trail";
    static constexpr Facts facts(const Shape& input) {
        Facts facts = Facts::same_shape(input);
        facts.carried.per_sample = input.channels();
        facts.backward_flops = 1;
        return facts;
    }
    template <class T>
    static void forward(Context<T>& context) {
        const Block<const T>& x = context.input;
        const Block<T>& y = context.output;
        const Block<T>& on = context.carried_on;
        for (std::size_t s = 0; s < context.batch_size; ++s)
            for (std::size_t c = 0; c < x.channels; ++c) {
                T sum = context.carried.row(s)[c];
                for (std::size_t t = 0; t < context.time_steps; ++t) {
                    const std::size_t row = t * context.batch_size + s;
                    sum = x.row(row)[c] + T(0.9) * sum;
                    y.row(row)[c] = sum;
                }
                on.row(s)[c] = sum;
            }
    }
    template <class T>
    static void backward(Context<T>& context) {
        const Block<const T>& dy = context.output_gradient;
        const Block<T>& dx = context.input_gradient;
        for (std::size_t s = 0; s < context.batch_size; ++s)
            for (std::size_t c = 0; c < dy.channels; ++c) {
                T sum{0};
                for (std::size_t t = context.time_steps; t-- > 0;) {
                    const std::size_t row = t * context.batch_size + s;
                    sum = dy.row(row)[c] + T(0.9) * sum;
                    dx.row(row)[c] = sum;
                }
            }
    }
};

inline constexpr std::size_t words = 5;

template <class T, class Head>
struct Reader : Model<T, Tokens, Embedding<words, 8>, Trail, Dense<12>, Tanh, Head> {
    using Reader::Model::Model;
};
template <class T>
using Averaging = Reader<T, AveragedHead<SoftmaxClassifier<words>, 4>>;
template <class T>
using Single = Reader<T, SoftmaxClassifier<words>>;

/// 0 0 1 1 2 2 3 3 4 4 0 0 ..., which only a network with a state can predict; a fraction `noise` is random.
inline std::vector<std::int32_t> pairs(std::size_t count, double noise = 0, Seed seed = Seed{1}) {
    Philox random(seed, 0);
    std::vector<std::int32_t> tokens;
    for (std::size_t i = 0; i < count; ++i)
        tokens.push_back(
            static_cast<std::int32_t>(random.uniform() < noise ? random.below(words) : i / 2 % words));
    return tokens;
}

}  // namespace toy
