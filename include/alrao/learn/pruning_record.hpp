#pragma once

#include <alrao/learn/divergence.hpp>
#include <alrao/learn/optimizer_snapshot.hpp>

namespace alrao {

/// The divergences for which features and copies of a network were pruned, in order, one for each feature or
/// copy. If a step is undone, the earlier list is restored.
template <class Net>
class PruningRecord {
public:
    using Events = decltype(OptimizerSnapshot<typename Net::scalar>::pruned);  // std::vector<Divergence>

    [[nodiscard]] bool empty() const { return events_.empty(); }
    /// The divergences in the order of pruning.
    [[nodiscard]] const Events& events() const { return events_; }

    void add(const Divergence& event) { events_.push_back(event); }
    /// Swaps the stored events with `events`.
    void restore(Events& events) { events_.swap(events); }

private:
    Events events_;
};

}  // namespace alrao
