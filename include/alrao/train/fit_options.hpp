#pragma once

#include <alrao/tensor/philox.hpp>
#include <alrao/train/any_source.hpp>

#include <cstddef>
#include <optional>

namespace alrao {

/// Options of `fit`.
template <class T = float>
struct FitOptions {
    /// Passes over all samples. An epoch in which an earlier fit was stopped is finished first, and
    /// counts as one. 0: data and options are checked, and nothing changes.
    std::size_t epochs = 1;
    /// Samples of one step, from 1; the last batch of an epoch may be shorter. More than there are
    /// samples: one batch of all. Memory grows with it (Net::memory). Streams have their own batches
    /// (StreamOptions) and refuse another size than the default here.
    std::size_t batch_size = 32;
    /// Data that the model is evaluated on after each epoch, and when a fit is stopped; the model never
    /// learns from them. A source in a variable is referred to; nullopt: no validation.
    std::optional<AnySource<T>> validation{};
    /// Decides the order of samples, the randomness of layers (Dropout) and of augmentation. Fits that
    /// follow each other take the same seed: orders continue by the number of the epoch.
    Seed seed{0};
    /// Threads that compute, including the calling one. With own tiles the bits do not depend on it
    /// (docs/reproducibility.md).
    int threads = 1;
    /// A new order of samples in each epoch, a function of seed and epoch; false: the order of the source.
    /// Streams are read in order.
    bool shuffle = true;

    /// The batch size that is not set.
    static constexpr std::size_t default_batch_size = 32;
};

}  // namespace alrao
