#pragma once

#include <alrao/check/head/detail/head_check.hpp>
#include <alrao/check/head/laws.hpp>
#include <alrao/check/report.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/tensor/backend.hpp>

#include <cstddef>

namespace alrao {

/// Checks the laws of a head, as ops/head_loss.hpp lists them above HeadLoss: behind a small network, as `Copies`
/// copies in an AveragedHead and by itself, with random numbers.
///
///     const CheckReport report = check_head<LaplaceRegressor>();
///     if (!report) std::cout << report << '\n';
template <HeadClassifier Head, std::size_t Copies = 4, class Backend = DefaultBackend>
[[nodiscard]] CheckReport check_head(const HeadCheckOptions& options = {}) {
    return check::HeadCheck<Head, Copies, Backend>(options).report();
}

}  // namespace alrao
