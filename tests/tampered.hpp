#pragma once

#include <utility>

/// Changes the state of an optimizer: calls change(snapshot) with a snapshot of it and restores the snapshot.
template <class Net, class Optimizer, class Change>
void tamper(const Net& net, Optimizer& optimizer, Change change) {
    auto snapshot = optimizer.snapshot();
    change(snapshot);
    optimizer.restore(net, std::move(snapshot));
}
