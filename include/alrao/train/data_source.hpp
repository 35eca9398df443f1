#pragma once

#include <alrao/model/batch.hpp>
#include <alrao/shape/extents.hpp>
#include <alrao/tensor/philox.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace alrao {

/// Number and extents of the samples of a data source, as its member `contents()` returns them.
struct DataContents {
    /// Number of samples of one epoch. In a text, each predicted token is a sample.
    std::size_t samples = 0;
    /// Extents of the input of one sample (of one time step, if there are several), channels last.
    Extents sample{};
    /// Number of targets of each sample, for regression. 0: samples have labels, for classification.
    std::size_t outputs = 0;
    /// Whether each sample has one target, for one selected output of the network (`Truth::selected`).
    bool selects_outputs = false;
    /// Number of sequences that are read side by side, in order. It is the batch size, and a recurrent
    /// network carries its state from each batch to the next. 0: samples are independent.
    std::size_t streams = 0;
    /// Number of time steps of the longest batch; 1 for independent samples.
    std::size_t time_steps = 1;
};

/// How a source is to be read. `fit`, `evaluate` and `predict` pass these options to `reader`.
struct ReadOptions {
    /// Number of samples of a batch; the last batch of an epoch may have fewer. Sources with streams ignore it.
    std::size_t batch_size = 32;
    /// Determines the order of samples, together with the number of the epoch.
    Seed seed{0};
    /// Whether each epoch has a new order. False: the order of the source. Streams are always read in order.
    bool shuffle = false;
};

/// Reads one data source, batch by batch. A type satisfies it by three members:
///
///   reader.begin_epoch(epoch, seen)   begins epoch `epoch` (from 0) after its first `seen` samples
///   reader.batches(seen)              const; number of batches after the first `seen` samples of an epoch
///   reader.batch(b)                   batch b of the current epoch, counted from 0 after `seen` samples
///
/// `batch` returns memory of the reader or of the source, which stays valid and unchanged until the next call
/// of `batch` or `begin_epoch` on this reader.
///
/// Laws, which check_data_source (check/data_source.hpp) tests on any source:
///
///   - contents() states at least one sample and does not change
///   - a batch has at least one sample, and at most as many samples and time steps as stated: at most
///     ReadOptions::batch_size samples (with streams: exactly DataContents::streams), and at most
///     DataContents::time_steps time steps
///   - the batches of an epoch have all of its samples
///   - inputs, targets and weights are finite, and labels not negative; weights are not negative. Labels are
///     also less than the number of classes, which is not tested, because the check does not know that number
///   - equal options and epochs give equal batches in every reader, in any order of reading: fits are
///     reproducible
///   - the batches after `seen` samples have the rest of the epoch, in order: a fit that was stopped within an
///     epoch can be continued
///   - a batch does not change while another reader reads
///   - all epochs have the same samples, unless they are generated or changed at random
template <class Reader, class T>
concept DataReader = requires(Reader& reader, const Reader& view, std::uint64_t epoch, std::size_t seen) {
    reader.begin_epoch(epoch, seen);
    { view.batches(seen) } -> std::convertible_to<std::size_t>;
    { reader.batch(seen) } -> std::same_as<Batch<T>>;
};

namespace detail {

/// Creates a reader of a source whose batches have numbers of type T. Sources that convert their numbers, such
/// as Streams, take T as a template argument.
template <class T, class Source>
auto reader_of(const Source& source, const ReadOptions& options) {
    if constexpr (requires { source.template reader<T>(options); }) return source.template reader<T>(options);
    else if constexpr (requires { source.reader(options); }) return source.reader(options);
}
template <class Source, class T>
using reader_type = decltype(reader_of<T>(std::declval<const Source&>(), std::declval<const ReadOptions&>()));

}  // namespace detail

/// Data that `fit`, `evaluate` and `predict` read: a Dataset in memory, Augmented samples, the Streams
/// of a text, or a user's type that reads a file larger than memory or generates samples. A type
/// satisfies it by two const members:
///
///   source.contents()          number and extents of the samples: DataContents
///   source.reader(options)     a new DataReader<T> for these ReadOptions
///
/// contents() does not change. Readers do not influence each other, and different threads may use different
/// readers. A reader may refer to its source, which outlives it. If the data cannot be read, contents() or
/// reader() should throw, because `fit` calls both before it changes the model.
template <class Source, class T>
concept DataSource = requires(const Source& source) {
    { source.contents() } -> std::same_as<DataContents>;
    requires DataReader<detail::reader_type<Source, T>, T>;
};

namespace detail {

/// Whether a type has members that suggest that it is meant as a data source.
template <class Source>
concept LikeDataSource =
    std::is_class_v<Source> &&
    (
        requires { &Source::contents; } || requires(const Source& s, ReadOptions o) { s.reader(o); });

/// Reports the first missing member of a data source by a compile-time error.
template <class Source, class T>
struct CheckedDataSource {
    static constexpr bool has_contents = requires(const Source& source) {
        { source.contents() } -> std::same_as<DataContents>;
    };
    static constexpr bool has_reader = !std::is_void_v<reader_type<Source, T>>;
    using Reader = std::conditional_t<has_reader, reader_type<Source, T>, int>;
    static constexpr bool begins = requires(Reader& r) { r.begin_epoch(std::uint64_t{}, std::size_t{}); };
    static constexpr bool counts = requires(const Reader& r) {
        { r.batches(std::size_t{}) } -> std::convertible_to<std::size_t>;
    };
    static constexpr bool reads = requires(Reader& r) {
        { r.batch(std::size_t{}) } -> std::same_as<Batch<T>>;
    };

    static_assert(has_contents,
                  "alrao: a data source must have a member `DataContents contents() const`, see DataSource");
    static_assert(!has_contents || has_reader,
                  "alrao: a data source must have a member `reader(const ReadOptions&) const` that returns "
                  "a DataReader, see DataSource");
    static_assert(!has_contents || !has_reader || begins,
                  "alrao: the reader of a data source must have a member `void begin_epoch(std::uint64_t "
                  "epoch, std::size_t seen)`, see DataReader");
    static_assert(!has_contents || !has_reader || !begins || counts,
                  "alrao: the reader of a data source must have a member `std::size_t batches(std::size_t "
                  "seen) const`, see DataReader");
    static_assert(
        !has_contents || !has_reader || !begins || !counts || reads,
        "alrao: the reader of a data source must have a member `Batch<T> batch(std::size_t b)`, where T is "
        "the scalar of the network, see DataReader");
};

}  // namespace detail
}  // namespace alrao
