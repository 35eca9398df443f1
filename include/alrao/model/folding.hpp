#pragma once

#include <alrao/graph/folding.hpp>
#include <alrao/model/model.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <type_traits>

namespace alrao {

namespace detail {

/// An initialisation policy that leaves all parameters 0, because they are overwritten afterwards.
struct NoInitialization {
    template <class T>
    void operator()(const ParameterEntry&, T*, Philox&) const {}
};

template <class Leaves>
struct FoldedLeaves;
/// For each layer, whether the following BatchNorm is folded into it.
template <class... Leaves>
struct FoldedLeaves<meta::List<Leaves...>> {
    static constexpr std::array<bool, sizeof...(Leaves)> value = [] {
        constexpr std::array<bool, sizeof...(Leaves)> affine{graph::is_affine<Leaves>...};
        constexpr std::array<bool, sizeof...(Leaves)> normalises{std::is_same_v<Leaves, BatchNorm>...};
        std::array<bool, sizeof...(Leaves)> folds{};
        for (std::size_t i = 0; i + 1 < folds.size(); ++i) folds[i] = affine[i] && normalises[i + 1];
        return folds;
    }();
};

/// Copies `rows` rows of `width` elements between buffers with different row strides.
template <class T>
void copy_rows(std::size_t rows, std::size_t width, const T* from, std::size_t from_pitch, T* to,
               std::size_t to_pitch) {
    for (std::size_t row = 0; row < rows; ++row)
        std::copy_n(from + row * from_pitch, width, to + row * to_pitch);
}

}  // namespace detail

/// Returns a model for prediction in which each BatchNorm directly after a Conv2d or Dense is folded into
/// that layer: with s = scale / sqrt(running variance + epsilon) per channel,
///   W' = W s,  b' = (b - running mean) s + shift.
/// Its predictions are equal to those of `net`, up to rounding. The new parameters are computed in double. Do
/// not train the result: it would learn as a network without BatchNorm.
/// @throws ArgumentError if the model was moved from
/// Source: Jacob et al., arXiv 1712.05877, section 3.2.
template <TrainableModel Net>
[[nodiscard]] auto fold_batch_norm(const Net& net) {
    using T = typename Net::scalar;
    using From = typename Net::network;
    using To = FoldedNetwork<From>;
    constexpr auto& folds = detail::FoldedLeaves<typename From::leaves>::value;
    static_assert(To::node_count ==
                  From::node_count - static_cast<std::size_t>(std::count(folds.begin(), folds.end(), true)));
    require_numbers(net);
    BasicModel<T, To> folded(Seed{0}, detail::NoInitialization{});
    folded.posterior() = net.posterior();
    const T* const values = net.parameter_buffer().data();
    const T* const statistics = net.statistic_buffer().data();
    std::size_t p = 0, s = 0, to_p = 0, to_s = 0;  // indices into the tables of both networks
    for (std::size_t i = 0; i < From::node_count; ++i) {
        const Facts& facts = From::chain.nodes[i].facts;
        T* weight = nullptr;
        for (std::size_t k = 0; k < facts.parameters.size; ++k, ++p, ++to_p) {
            const ParameterEntry& entry = From::parameters[p];
            T* const to = folded.parameter_buffer().data() + To::parameters[to_p].offset;
            std::copy_n(values + entry.offset, entry.elements(), to);
            if (k == 0) weight = to;
        }
        for (std::size_t k = 0; k < facts.statistics.size; ++k, ++s, ++to_s)
            std::copy_n(statistics + From::statistics[s].offset, From::statistics[s].size,
                        folded.statistic_buffer().data() + To::statistics[to_s].offset);
        if (!folds[i]) continue;
        if (facts.parameters.size == 1) ++to_p;  // only the folded layer has a bias
        const ParameterEntry& entry = To::parameters[to_p - 2];
        T* const bias = folded.parameter_buffer().data() + To::parameters[to_p - 1].offset;
        const T* const scale = values + From::parameters[p].offset;
        const T* const shift = values + From::parameters[p + 1].offset;
        const T* const mean = statistics + From::statistics[s].offset;
        const T* const variance = statistics + From::statistics[s + 1].offset;
        for (std::size_t c = 0; c < entry.columns; ++c) {
            const double factor = static_cast<double>(scale[c]) /
                                  std::sqrt(static_cast<double>(variance[c]) + BatchNorm::epsilon);
            for (std::size_t row = 0; row < entry.rows; ++row) {
                T& w = weight[row * entry.columns + c];
                w = static_cast<T>(static_cast<double>(w) * factor);
            }
            bias[c] = static_cast<T>((static_cast<double>(bias[c]) - static_cast<double>(mean[c])) * factor +
                                     static_cast<double>(shift[c]));
        }
        ++i;
        p += 2;
        s += 2;
    }
    return folded;
}

/// Returns a smaller model whose head has only the copy with the largest weight. Its predictions are those
/// of Averaged::best_copy.
/// @throws ArgumentError if the model was moved from
template <TrainableModel Net>
[[nodiscard]] auto best_copy(const Net& net) {
    using T = typename Net::scalar;
    using From = typename Net::network;
    using To = CollapsedNetwork<From>;
    static_assert(From::copies > 0, "alrao: best_copy needs a network that ends in a head");
    static_assert(To::copies == 1);
    require_numbers(net);
    BasicModel<T, To> plain(Seed{0}, detail::NoInitialization{});
    const std::size_t best = net.posterior().best();
    for (std::size_t p = 0; p < From::parameters.size(); ++p) {
        const ParameterEntry& from = From::parameters[p];
        const ParameterEntry& to = To::parameters[p];
        const std::size_t width = from.copies > 0 ? from.inner : from.columns;
        detail::copy_rows(
            from.rows, width,
            net.parameter_buffer().data() + from.offset + (from.copies > 0 ? best * from.inner : 0),
            from.columns, plain.parameter_buffer().data() + to.offset, to.columns);
    }
    std::copy_n(net.statistic_buffer().data(), net.statistic_buffer().size(),
                plain.statistic_buffer().data());
    return plain;
}

}  // namespace alrao
