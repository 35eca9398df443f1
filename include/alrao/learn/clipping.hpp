#pragma once

#include <alrao/graph/parameter_table.hpp>
#include <alrao/kernels/update/norm.hpp>
#include <alrao/learn/rates.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace alrao {

/// What is added to a norm before the bound is divided by it, as PyTorch does.
inline constexpr double clip_epsilon = 1e-6;

/// Clips the gradient of each feature of the trunk by itself: all that leads into a feature, its
/// weights and biases together, is scaled so that its norm is at most what is allowed. A feature
/// whose gradient explodes is held back without its neighbours.
template <class Net>
class FeatureClipping {
    using T = typename Net::scalar;
    static constexpr const auto& table = Net::parameters;

public:
    /// Before the first clip.
    void allocate() {
        squares_ = AlignedBuffer<double>(2 * longest_row());
        share_ = AlignedBuffer<T>(longest_row());
    }

    template <class Backend>
    void clip(double most, std::span<T> gradients, Threads& threads) {
        for (std::size_t first = 0; first < table.size() && table[first].copies == 0;) {
            std::size_t end = first;
            while (end < table.size() && table[end].group == table[first].group) ++end;
            clip_group<Backend>(first, end, most, gradients, threads);
            first = end;
        }
    }

private:
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

    static constexpr std::size_t longest_row() {
        std::size_t longest = 1;
        for (const ParameterEntry& entry : table)
            if (entry.copies == 0) longest = std::max(longest, entry.columns);
        return longest;
    }

    AlignedBuffer<double> squares_{};  ///< of features, and of the columns of one parameter
    AlignedBuffer<T> share_{};         ///< what is left of each column's gradient
};

}  // namespace alrao
