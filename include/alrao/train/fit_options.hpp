#pragma once

#include <alrao/tensor/philox.hpp>
#include <alrao/train/any_source.hpp>

#include <cstddef>
#include <optional>

namespace alrao {

/// Options of `fit`.
template <class T = float>
struct FitOptions {
    /// Number of passes over all samples. If an earlier fit was stopped within an epoch, that epoch is finished
    /// first and counts as one. 0: data and options are checked, and nothing changes.
    std::size_t epochs = 1;
    /// Number of samples of one step, at least 1; the last batch of an epoch may have fewer. If it exceeds
    /// the number of samples, one batch has all of them. The memory of a fit grows with it (Net::memory). For
    /// streams, the batch is one chunk of all streams (StreamOptions): keep the default, or give the number
    /// of streams; other values are rejected.
    std::size_t batch_size = 32;
    /// Data on which the model is evaluated after each epoch, and when a fit is stopped. They are not used for
    /// training. If the source is a variable, only a reference to it is stored, so it must outlive the
    /// options; a temporary source is moved into them. nullopt: no validation.
    std::optional<AnySource<T>> validation{};
    /// Determines the order of samples and the random numbers of layers (Dropout) and of augmentation. Consecutive
    /// fits should use the same seed: the order continues with the number of the epoch.
    Seed seed{0};
    /// Number of threads, including the calling one. With the library's own matrix products, results are
    /// bit-identical for any number of threads (docs/reproducibility.md).
    int threads = 1;
    /// Whether each epoch has a new order of samples, a function of seed and epoch. False: the order of the source.
    /// Streams are always read in order.
    bool shuffle = true;

    /// The default of `batch_size`.
    static constexpr std::size_t default_batch_size = 32;
};

}  // namespace alrao
