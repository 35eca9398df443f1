#pragma once

#include <alrao/tensor/philox.hpp>

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

namespace alrao {

/// The laws of a head as sentences, to pass to CheckReport::find. The comment of HeadLoss (ops/head_loss.hpp)
/// explains them.
namespace head_law {
inline constexpr std::string_view gradients =
    "the gradients of a copy are those of its own mean loss; the gradients of the trunk are those of the averaged loss";
inline constexpr std::string_view averaged =
    "the loss of a sample comes from the likelihoods of the copies, averaged by their weights";
inline constexpr std::string_view normalized = "predicted probabilities are at least 0 and sum to 1";
inline constexpr std::string_view best =
    "Averaged::best_copy gives the same prediction as the mixture when the best copy has weight 1";
inline constexpr std::string_view evaluation =
    "predict with labels or targets returns the same loss as learn";
inline constexpr std::string_view counts =
    "BatchLoss::correct counts the samples whose label has the largest predicted probability";
inline constexpr std::string_view errors =
    "predict returns in BatchLoss::squared_error the sum of the squared differences between predictions and targets";
inline constexpr std::string_view one_copy =
    "AveragedHead<Head, 1> gives the same loss, gradients and predictions as Head";
inline constexpr std::string_view copies =
    "a copy's likelihood and gradients do not depend on the other copies";
inline constexpr std::string_view finite =
    "a copy that is not finite has log-likelihood -infinity, and changes nothing for the other copies";
inline constexpr std::string_view weights =
    "a sample of weight 2 counts as two samples, one of weight 0 as none";
inline constexpr std::string_view truth =
    "ArgumentError is thrown if labels or targets are missing, or if a label is negative or not less than "
    "the number of outputs";
inline constexpr std::string_view threads = "the results are bit-identical on any number of threads";
inline constexpr std::string_view workspace =
    "the size of the workspace does not decrease when rows are added";
}  // namespace head_law

/// Options of check_head.
struct HeadCheckOptions {
    std::vector<std::size_t> batches{1, 2, 9, 33};  ///< batch sizes that are tested
    std::vector<int> threads{1, 2, 3};              ///< numbers of threads whose results are compared
    Seed seed{1};                                   ///< seed of all random numbers
    double step = 1e-4;        ///< step of the central differences; choose less if the loss has kinks
    double relative = 1e-6;    ///< tolerance of a derivative, see GradientCheckOptions
    double of_largest = 1e-8;  ///< tolerance of a derivative, see GradientCheckOptions
    /// Tolerance of other numbers, such as losses and probabilities: |a - b| <= tolerance * (1 + |a| + |b|).
    double tolerance = 1e-9;
    /// Returns a random target of a regression. Replace it for a head that accepts only some targets, such as
    /// numbers above 0.
    std::function<double(Philox&)> target = [](Philox& random) { return 2 * random.normal(); };
};

}  // namespace alrao
