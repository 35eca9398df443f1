#pragma once

#include <alrao/kernels/head/mixture.hpp>
#include <alrao/kernels/transcendental.hpp>
#include <alrao/kernels/vector.hpp>
#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels {

namespace detail {

/// True if |score| is at most half the largest finite number. The differences of such scores are finite,
/// so no later value needs a test.
template <class T>
[[nodiscard]] bool usable_score(T largest) {
    return is_finite(largest) && largest <= std::numeric_limits<T>::max() / 2;
}

/// max |x|, compared as bits.
template <class T>
[[nodiscard]] T row_magnitude(const T* x, std::size_t count) {
    T largest{0};
    for (std::size_t i = 0; i < count; ++i) largest = magnitude_max(largest, std::abs(x[i]));
    return largest;
}

/// x = exp(x). The last elements of a row are computed in a buffer of full registers, so that the
/// exponential is compiled only once.
template <class Arch, class T>
[[gnu::noinline]] void exponentiate(T* x, std::size_t count) {
    using Vector = Register<T, Arch>;
    T lane[Vector::size] = {};
    for (std::size_t i = 0; i < count; i += Vector::size) {
        const bool whole = i + Vector::size <= count;
        T* const at = whole ? x + i : lane;
        if (!whole) std::copy(x + i, x + count, lane);
        exponential(Vector::load_unaligned(at)).store_unaligned(at);
        if (!whole) std::copy_n(lane, count - i, x + i);
    }
}

/// The exponentials [copies][classes] of one sample's scores, and their mixture.
template <class Arch, class T>
struct SoftmaxCopies {
    using Vector = Register<T, Arch>;
    static constexpr std::size_t width = Vector::size;
    std::size_t copies, classes;
    std::size_t stride;  ///< the number of elements of a row that may be read and overwritten

    /// Stores exp(score - largest score) of each copy in e, which may be x, the sums of these in
    /// `normalizer` and, if there is a label, ln p_j(label) in `evidence`. The exponentials of a copy
    /// that is not finite are 0.
    template <class Finite>
    void exponentials(const T* x, T* e, const std::int32_t* label, const MixtureWorkspace::Piece& out,
                      Finite&& finite) const {
        for (std::size_t j = 0; j < copies; ++j) {
            const T* score = x + j * classes;
            const bool good = finite(j);
            const T most = good ? maximum(score) : T{0};
            if (label != nullptr) {
                out.evidence[j] =
                    good ? static_cast<double>(score[*label]) - static_cast<double>(most) : log_of_nothing;
            }
            shift(score, most, good, e + j * classes);
        }
        const std::size_t whole = (copies * classes + width - 1) / width * width;
        const std::size_t end = whole <= stride ? whole : copies * classes;
        exponentiate<Arch>(e, end);
        for (std::size_t j = 0; j < copies; ++j) {
            out.normalizer[j] = finite(j) ? static_cast<double>(sum(e + j * classes)) : 1.0;
        }
        if (label == nullptr) return;
        const std::size_t padded = padded_copies(copies);
        std::fill(out.normalizer + copies, out.normalizer + padded, 1.0);
        std::fill(out.evidence + copies, out.evidence + padded, log_of_nothing);
        using Doubles = Register<double, Arch>;
        for (std::size_t j = 0; j < padded; j += Doubles::size) {
            const Doubles logarithms = logarithm(Doubles::load_unaligned(out.normalizer + j));
            (Doubles::load_unaligned(out.evidence + j) - logarithms).store_unaligned(out.evidence + j);
        }
    }

    /// to = factor * e, for one copy.
    void multiply(const T* e, T factor, T* to) const {
        std::size_t k = 0;
        for (; k + width <= classes; k += width) {
            (Vector::load_unaligned(e + k) * factor).store_unaligned(to + k);
        }
        for (; k < classes; ++k) to[k] = e[k] * factor;
    }

    /// Calls f(class, sum_j factor_j e_j,class) for every class in ascending order.
    template <class F>
    void for_each_mixed(const T* e, const double* factor, F&& f) const {
        std::size_t k = 0;
        // The last register may contain elements of the next copy; these lanes are ignored.
        for (; k < classes && (copies - 1) * classes + k + width <= stride; k += width) {
            Vector sum(T{0});
            for (std::size_t j = 0; j < copies; ++j) {
                sum =
                    madd(Vector(static_cast<T>(factor[j])), Vector::load_unaligned(e + j * classes + k), sum);
            }
            alignas(64) T lane[width];
            sum.store_aligned(lane);
            const std::size_t count = std::min(width, classes - k);
            for (std::size_t i = 0; i < count; ++i) f(k + i, lane[i]);
        }
        for (; k < classes; ++k) {
            T sum{0};
            for (std::size_t j = 0; j < copies; ++j) {
                sum = madd<Arch>(static_cast<T>(factor[j]), e[j * classes + k], sum);
            }
            f(k, sum);
        }
    }

    /// The class with the largest mixed probability; the first if there are several.
    [[nodiscard]] std::size_t most_probable(const T* e, const double* factor) const {
        std::size_t best = 0;
        T most{-1};
        for_each_mixed(e, factor, [&](std::size_t k, T probability) {
            if (probability > most) {
                most = probability;
                best = k;
            }
        });
        return best;
    }

private:
    /// The largest score of a copy.
    [[nodiscard]] T maximum(const T* x) const {
        constexpr std::size_t chains = 4;  // independent, to hide the latency of comparisons
        T most[chains] = {x[0], x[0], x[0], x[0]};
        std::size_t k = 0;
        if (classes >= width) {
            Vector lanes = Vector::load_unaligned(x);
            for (k = width; k + width <= classes; k += width) {
                lanes = max(lanes, Vector::load_unaligned(x + k));
            }
            alignas(64) T lane[width];
            lanes.store_aligned(lane);
            for (std::size_t i = 0; i < width; ++i) {
                most[i % chains] = std::max(most[i % chains], lane[i]);
            }
        }
        for (; k + chains <= classes; k += chains) {
            for (std::size_t i = 0; i < chains; ++i) most[i] = std::max(most[i], x[k + i]);
        }
        for (; k < classes; ++k) most[0] = std::max(most[0], x[k]);
        return std::max(std::max(most[0], most[1]), std::max(most[2], most[3]));
    }

    /// to = x - most; if the copy is not `good`, numbers whose exponential is 0.
    void shift(const T* x, T most, bool good, T* to) const {
        std::size_t k = 0;
        if (!good) {
            // The exponential of these is 0, so that no special case is needed later.
            std::fill_n(to, classes, std::numeric_limits<T>::lowest());
            return;
        }
        for (; k + width <= classes; k += width) {
            (Vector::load_unaligned(x + k) - most).store_unaligned(to + k);
        }
        for (; k < classes; ++k) to[k] = x[k] - most;
    }

    /// The sum of the exponentials of a copy.
    [[nodiscard]] T sum(const T* e) const {
        if (classes >= 2 * width) {
            return row_sum<Arch, T>(classes, [&](auto vector, std::size_t k) { return vector.load(e + k); });
        }
        T total = e[0];
        for (std::size_t k = 1; k < classes; ++k) total = total + e[k];
        return total;
    }
};

/// Stores the factors with which the exponentials of a sample are mixed: a_j / sum_k e_jk, divided by
/// exp(log_total), the total weight of the copies that are present; 0 for the others.
template <class Present>
void mixing_factors(const MixtureWorkspace& space, const MixtureWorkspace::Piece& piece, std::size_t copies,
                    double log_total, Present&& present) {
    for (std::size_t j = 0; j < copies; ++j) {
        const double weight =
            is_zero(log_total) ? space.weight()[j] : std::exp(space.log_weight()[j] - log_total);
        piece.evidence[j] = present(j) ? weight / piece.normalizer[j] : 0.0;
    }
}

/// Adds the loss and the weight of one sample, whether it was classified correctly, and the copies'
/// log-likelihoods to the sums of its piece. Stores the responsibilities in `share`.
template <class Arch, class T, class Present>
void add_sample(const SoftmaxCopies<Arch, T>& softmax, const T* e, std::int32_t label, double w,
                const MixtureWorkspace& space, const MixtureWorkspace::Piece& piece, double log_total,
                Present&& present) {
    for (std::size_t j = 0; j < softmax.copies; ++j) {
        piece.log_likelihood[j] +=
            present(j) ? w * piece.evidence[j] : -std::numeric_limits<double>::infinity();
        piece.evidence[j] += space.log_weight()[j];
    }
    double mixture = responsibilities<Arch>(piece, softmax.copies);
    if (is_finite(mixture)) mixture -= log_total;
    if (!is_zero(w)) piece.sums[0] -= w * mixture;
    piece.sums[1] += w;
    if (!is_finite(log_total)) return;  // no copy is finite
    mixing_factors(space, piece, softmax.copies, log_total, present);
    if (softmax.most_probable(e, piece.evidence) == static_cast<std::size_t>(label)) {
        piece.sums[2] += 1;
    }
}

}  // namespace detail

}  // namespace alrao::kernels

#pragma GCC diagnostic pop
