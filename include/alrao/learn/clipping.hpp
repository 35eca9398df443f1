#pragma once

#include <alrao/graph/parameter_table.hpp>
#include <alrao/kernels/update/norm.hpp>
#include <alrao/learn/rates.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/number_text.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>

namespace alrao {

/// Added to the norm of the gradient before the largest allowed norm is divided by it, as in PyTorch.
inline constexpr double clip_epsilon = 1e-6;

/// Clips the gradient of the trunk (all layers but the head) before it is multiplied by the rates. If a
/// largest norm of features is given, the gradient of each feature is scaled down to it; then, if a largest
/// norm of the whole gradient is given, the gradient of the trunk is scaled down to it. Norms are Euclidean.
///
/// The gradient of a feature consists of the gradients of all parameters that compute it, its weights and
/// biases together.
template <class Net>
class GradientClipping {
    using T = typename Net::scalar;
    static constexpr const auto& table = Net::parameters;

public:
    /// `norm`: largest norm of the whole gradient of the trunk. `feature_norm`: largest norm of the gradient
    /// of each feature. nullopt: no clipping.
    /// @throws ArgumentError on a norm that is not a number above 0, or if the trunk has no parameters
    [[gnu::cold]] GradientClipping(const std::optional<double>& norm,
                                   const std::optional<double>& feature_norm)
        : norm_(norm), feature_norm_(feature_norm) {
        require_norm(norm, "clip_norm");
        require_norm(feature_norm, "clip_feature_norm");
        if (!feature_norm_) return;
        squares_ = AlignedBuffer<double>(2 * longest_row());
        share_ = AlignedBuffer<T>(longest_row());
    }

    /// Clips `gradients` [Net::parameter_elements]; the gradients of the head do not change. Allocates
    /// nothing.
    template <class Backend>
    void clip(std::span<T> gradients, Threads& threads) {
        if (feature_norm_) clip_features<Backend>(*feature_norm_, gradients, threads);
        if (!norm_) return;
        constexpr std::size_t end = trunk_elements();
        const double norm = std::sqrt(kernels::sum_of_squares<Backend, T>(gradients.data(), end, threads));
        const double share = *norm_ / (norm + clip_epsilon);
        if (share < 1) kernels::scale<Backend, T>(gradients.data(), end, static_cast<T>(share), threads);
    }

private:
    template <class Backend>
    void clip_features(double most, std::span<T> gradients, Threads& threads) {
        for (std::size_t first = 0; first < table.size() && table[first].copies == 0;) {
            std::size_t end = first;
            while (end < table.size() && table[end].group == table[first].group) ++end;
            clip_group<Backend>(first, end, most, gradients, threads);
            first = end;
        }
    }

    template <class Backend>
    void clip_group(std::size_t first, std::size_t end, double most, std::span<T> gradients,
                    Threads& threads) {
        double *const of_feature = squares_.data(), *const of_column = of_feature + longest_row();
        std::fill_n(of_feature, table[first].features, 0.0);
        for (std::size_t p = first; p < end; ++p) {
            const ParameterEntry& entry = table[p];
            std::fill_n(of_column, entry.columns, 0.0);
            kernels::add_column_squares<Backend, T>({entry.rows, entry.columns},
                                                    gradients.data() + entry.offset, of_column, threads);
            for (std::size_t c = 0; c < entry.features * entry.inner; ++c)
                of_feature[c / entry.inner] += of_column[c];
        }
        for (std::size_t p = first; p < end; ++p) {
            const ParameterEntry& entry = table[p];
            for (std::size_t c = 0; c < entry.columns; ++c) {
                const std::size_t feature = rates::feature_of(entry, c);
                const double norm = feature < entry.features ? std::sqrt(of_feature[feature]) : 0;
                share_.data()[c] = static_cast<T>(std::min(1.0, most / (norm + clip_epsilon)));
            }
            kernels::scale_columns<Backend, T>({entry.rows, entry.columns}, share_.data(),
                                               gradients.data() + entry.offset, threads);
        }
    }

    [[gnu::cold]] static void require_norm(const std::optional<double>& norm, const char* name) {
        if (!norm) return;
        if (!(is_finite(*norm) && *norm > 0))
            fail(
                {"alrao: ", name, " must be a number above 0, got ", *norm, "; omit it to disable clipping"});
        if (table.size() > 0 && trunk_elements() == 0)
            fail({"alrao: ", name,
                  " clips the gradient of the layers before the head, and in this network they have no "
                  "parameters: omit it"});
    }

    /// The number of parameters of the trunk, which precede those of the head.
    static constexpr std::size_t trunk_elements() {
        for (const ParameterEntry& entry : table)
            if (entry.copies > 0) return entry.offset;
        return Net::parameter_elements;
    }
    static constexpr std::size_t longest_row() {
        std::size_t longest = 1;
        for (const ParameterEntry& entry : table)
            if (entry.copies == 0) longest = std::max(longest, entry.columns);
        return longest;
    }

    std::optional<double> norm_, feature_norm_;
    AlignedBuffer<double> squares_{};  ///< of features, and of the columns of one parameter
    AlignedBuffer<T> share_{};         ///< the factor of each column of one parameter
};

}  // namespace alrao
