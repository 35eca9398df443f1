#pragma once

#include <alrao/check/head/detail/head_check.hpp>
#include <alrao/check/head/laws.hpp>
#include <alrao/check/report.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/tensor/backend.hpp>

#include <cstddef>

namespace alrao {

/// Checks the laws of a head, which ops/head_loss.hpp lists above HeadLoss. The head is tested as the last
/// layer of a small network with random parameters and inputs: alone, and as `Copies` copies in an
/// AveragedHead.
///
///     const CheckReport report = check_head<LaplaceRegressor>();
///     if (!report) std::cout << report << '\n';
///
/// @tparam Head such as SoftmaxClassifier<10>, without AveragedHead
/// @tparam Copies at least 2
/// @tparam Backend implementation of matrix products
/// @returns the laws that were tested, and the first case in which each broken law does not hold
template <HeadClassifier Head, std::size_t Copies = 4, class Backend = DefaultBackend>
[[nodiscard]] CheckReport check_head(const HeadCheckOptions& options = {}) {
    return check::HeadCheck<Head, Copies, Backend>(options).report();
}

}  // namespace alrao
