#pragma once

#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/number_text.hpp>

#include <cstddef>
#include <string>

#pragma GCC diagnostic push  // operator== of numbers means exactly equal
#pragma GCC diagnostic ignored "-Wfloat-equal"

namespace alrao {

/// The influence of one batch on the weights of the copies. The averaging policy gets the mean log-likelihood
/// over the samples of the batch, times a scale:
///   Likelihood::mean            1: a batch counts as one observation, as in the program of the authors
///                               of the Alrao paper (arXiv 1810.01322)
///   Likelihood::sum             number of samples: each sample counts, as in Bayes' rule
///   Likelihood::tempered(e)     e times the number of samples: each sample's likelihood to the power e
/// Source: the Alrao paper, section 3 ("after each sample or mini-batch").
class Likelihood {
public:
    /// See the class.
    static const Likelihood mean;
    static const Likelihood sum;

    /// @throws ArgumentError unless the exponent is finite and above 0
    [[nodiscard]] static constexpr Likelihood tempered(double exponent) {
        if (!is_finite(exponent) || !(exponent > 0)) {
            fail({"alrao: Likelihood::tempered needs an exponent above 0, got ", exponent});
        }
        return Likelihood(exponent, true);
    }

    /// The default is Likelihood::mean.
    constexpr Likelihood() = default;

    /// The log-likelihood of a batch that the averaging policy gets, in nats. `mean_log_likelihood`: mean
    /// over the samples, in nats; `examples`: number of samples.
    /// @throws ArgumentError if there are no samples
    [[nodiscard]] constexpr double operator()(double mean_log_likelihood, std::size_t examples) const {
        if (examples == 0) fail("alrao: Likelihood: a batch has at least one sample, got 0");
        return mean_log_likelihood * exponent_ * (every_example_ ? static_cast<double>(examples) : 1.0);
    }

    friend constexpr bool operator==(const Likelihood&, const Likelihood&) = default;

private:
    constexpr Likelihood(double exponent, bool every_example)
        : exponent_(exponent), every_example_(every_example) {}

    double exponent_ = 1;
    bool every_example_ = false;
};

inline constexpr Likelihood Likelihood::mean{};
inline constexpr Likelihood Likelihood::sum{1, true};

}  // namespace alrao

#pragma GCC diagnostic pop
