#pragma once

#include <alrao/learn/divergence.hpp>
#include <alrao/learn/optimizer_snapshot.hpp>

namespace alrao {

/// What was pruned in a network during a run: one event for each feature or copy, in the order of pruning. An
/// event says where, at which step, at which rate and why. Events are only added; to take back those of a refused
/// step, the earlier list is restored.
template <class Net>
class PruningRecord {
public:
    using Events = decltype(OptimizerSnapshot<typename Net::scalar>::pruned);  // std::vector<Divergence>

    [[nodiscard]] bool empty() const { return events_.empty(); }
    [[nodiscard]] const Events& events() const { return events_; }

    void add(const Divergence& event) { events_.push_back(event); }
    /// Replaces all events.
    void restore(Events& events) { events_.swap(events); }

private:
    Events events_;
};

}  // namespace alrao
