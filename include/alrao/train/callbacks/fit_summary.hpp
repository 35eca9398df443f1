#pragma once

#include <alrao/tensor/finite.hpp>
#include <alrao/train/callbacks/detail/terminal.hpp>
#include <alrao/train/history.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <vector>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao {

namespace detail {

/// "1 epoch", "2 epochs".
inline std::string counted(std::size_t count, const char* one, const char* several) {
    return std::to_string(count) + " " + (count == 1 ? one : several);
}

/// The epoch with the smallest loss on validation data; null if there is none.
inline const Epoch* best_validated(const History& history) {
    const Epoch* best = nullptr;
    for (const Epoch& epoch : history.epochs)
        if (epoch.validation && is_finite(epoch.validation->loss) &&
            (best == nullptr || epoch.validation->loss < best->validation->loss))
            best = &epoch;
    return best;
}

/// "copies: 62% at rate 0.0316, 30% at 0.1, 8% at 8 others": the largest weights first.
inline std::string copies_text(const std::vector<double>& weights, const std::vector<double>& rates) {
    std::vector<std::size_t> order(weights.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return weights[a] > weights[b]; });
    constexpr std::size_t most = 4;
    constexpr double least = 0.05;
    std::string text = "copies:";
    double rest = 1;
    std::size_t shown = 0;
    for (; shown < std::min(most, order.size()); ++shown) {
        const std::size_t copy = order[shown];
        if (shown > 0 && weights[copy] < least) break;
        text += (shown > 0 ? ", " : " ") + terminal::percent_text(weights[copy]) +
                (shown > 0 ? " at " : " at rate ") + terminal::rate_text(rates[copy]);
        rest -= weights[copy];
    }
    const std::size_t others = order.size() - shown;
    if (others == 0 || rest < 0.005) return text;
    return text + ", " + terminal::percent_text(rest) + " at " + counted(others, "other", "others");
}

}  // namespace detail

/// A summary of a fit in a few lines, as text: the duration, the best epoch, the number of pruned features and
/// copies, and the weights of the copies of the head. `features`: number of features of the trunk, printed beside
/// the number of pruned ones; 0: omitted. Empty for a fit without epochs.
[[nodiscard]] inline std::vector<std::string> fit_summary(const History& history, std::size_t features = 0) {
    if (history.epochs.empty()) return {};
    std::vector<std::string> lines;
    std::string first = (history.stopped ? "stopped: " : "done: ") +
                        detail::counted(history.epochs.size(), "epoch", "epochs") + " in " +
                        terminal::duration_text(history.seconds);
    const bool restored = history.best_epoch > 0 && history.best_epoch <= history.epochs.size();
    const Epoch* const shown =
        restored ? &history.epochs[history.best_epoch - 1] : detail::best_validated(history);
    if (shown != nullptr && shown->validation) {
        first += "  best epoch " + std::to_string(shown->number) + ": " +
                 terminal::scores_text(*shown->validation, "val_");
        if (restored) first += "  (its weights were restored)";
    }
    lines.push_back(first);
    std::size_t pruned = 0, copies = 0;
    for (const Epoch& epoch : history.epochs) {
        pruned += epoch.quarantined;
        copies += epoch.copies_lost;
    }
    pruned -= std::min(copies, pruned);
    if (pruned + copies > 0) {
        std::string text = "pruned: ";
        if (pruned > 0) text += detail::counted(pruned, "feature", "features");
        if (pruned > 0 && features > 0) text += " of " + std::to_string(features);
        if (pruned > 0 && copies > 0) text += ", ";
        if (copies > 0) text += detail::counted(copies, "copy", "copies") + " of the head";
        lines.push_back(text + ", because their rates were too large");
    }
    const Epoch& kept = restored ? *shown : history.epochs.back();
    const bool known = kept.copy_weights.size() == history.copy_rates.size();
    if (known && kept.copy_weights.size() > 1)
        lines.push_back(detail::copies_text(kept.copy_weights, history.copy_rates));
    return lines;
}

}  // namespace alrao

#pragma GCC diagnostic pop
