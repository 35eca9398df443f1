#pragma once

#include <alrao/model/batch.hpp>
#include <alrao/shape/extents.hpp>
#include <alrao/tensor/philox.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace alrao {

/// What a data source holds.
struct DataContents {
    /// Samples of one epoch. In a text each token that is predicted is a sample.
    std::size_t samples = 0;
    /// Extents of the input of one sample (of one time step, if there are several), channels last.
    Extents sample{};
    /// Targets of each sample, for regression; 0: samples have labels, for classification.
    std::size_t outputs = 0;
    /// Whether the target of a sample is for one selected output of the network (`Truth::selected`).
    bool selects_outputs = false;
    /// Sequences that are read side by side, in order: their number is the batch size, and what a
    /// recurrent network carries goes on from each batch to the next. 0: samples are independent.
    std::size_t streams = 0;
    /// Time steps of the longest batch; 1 for independent samples.
    std::size_t time_steps = 1;
};

/// How `fit`, `evaluate` and `predict` want a source to be read.
struct ReadOptions {
    /// Samples of a batch; the last batch of an epoch may be shorter. Sources with streams ignore it.
    std::size_t batch_size = 32;
    /// Decides the order of samples, together with the number of the epoch.
    Seed seed{0};
    /// Whether each epoch has an order of its own; false: the order of the source. Streams keep theirs.
    bool shuffle = false;
};

/// Reads one data source, batch by batch. A type models it by three members:
///
///   reader.begin_epoch(epoch, seen)   begins epoch `epoch` (from 0) behind its first `seen` samples
///   reader.batches(seen)              const; batches of an epoch behind its first `seen` samples
///   reader.batch(b)                   batch b, counted behind `seen`, of the epoch that has begun
///
/// `batch` returns memory of the reader or of the source, which stays valid and unchanged until the next call
/// of `batch` or `begin_epoch` on this reader.
///
/// Laws, which check_data_source (check/data_source.hpp) tests on any source:
///
///   - contents() states at least one sample and does not change
///   - a batch has at least one sample, and at most as many samples and time steps as stated: by
///     ReadOptions::batch_size, or exactly DataContents::streams, and DataContents::time_steps
///   - the batches of an epoch have all of its samples
///   - inputs, targets and weights are finite, and labels not negative; labels are less than the number of
///     classes, weights are not negative
///   - equal options and epochs give equal batches in every reader, in any order of reading: fits are
///     reproducible
///   - the batches behind `seen` samples have the rest of the epoch, in order: a fit that was stopped within
///     an epoch continues
///   - a batch does not change while another reader reads
///   - all epochs have the same samples, unless they are generated or changed at random
template <class Reader, class T>
concept DataReader = requires(Reader& reader, const Reader& view, std::uint64_t epoch, std::size_t seen) {
    reader.begin_epoch(epoch, seen);
    { view.batches(seen) } -> std::convertible_to<std::size_t>;
    { reader.batch(seen) } -> std::same_as<Batch<T>>;
};

namespace detail {

/// A reader of a source: sources that convert their numbers, such as Streams, take T.
template <class T, class Source>
auto reader_of(const Source& source, const ReadOptions& options) {
    if constexpr (requires { source.template reader<T>(options); }) return source.template reader<T>(options);
    else if constexpr (requires { source.reader(options); }) return source.reader(options);
}
template <class Source, class T>
using reader_type = decltype(reader_of<T>(std::declval<const Source&>(), std::declval<const ReadOptions&>()));

}  // namespace detail

/// Data that `fit`, `evaluate` and `predict` read: a Dataset in memory, Augmented samples, the Streams
/// of a text, or a type of your own that reads a file larger than memory or generates samples. A type
/// models it by two const members:
///
///   source.contents()          what it holds: DataContents
///   source.reader(options)     a new DataReader<T> for these ReadOptions
///
/// Laws: contents() does not change. Readers do not influence each other, and may be used by different
/// threads. A reader may refer to its source, which outlives it. If a source can be seen to be
/// unreadable, contents() or reader() throws; `fit` calls both before it changes the model.
template <class Source, class T>
concept DataSource = requires(const Source& source) {
    { source.contents() } -> std::same_as<DataContents>;
    requires DataReader<detail::reader_type<Source, T>, T>;
};

namespace detail {

/// Whether a type seems to be meant as a data source.
template <class Source>
concept LikeDataSource =
    std::is_class_v<Source> &&
    (
        requires { &Source::contents; } || requires(const Source& s, ReadOptions o) { s.reader(o); });

/// Names the first member that a data source lacks.
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
                  "alrao: a data source has a member `DataContents contents() const`, see DataSource");
    static_assert(!has_contents || has_reader,
                  "alrao: a data source has a member `reader(const ReadOptions&) const` that returns a "
                  "DataReader, see DataSource");
    static_assert(!has_contents || !has_reader || begins,
                  "alrao: the reader of a data source has a member `void begin_epoch(std::uint64_t epoch, "
                  "std::size_t seen)`, see DataReader");
    static_assert(!has_contents || !has_reader || !begins || counts,
                  "alrao: the reader of a data source has a member `std::size_t batches(std::size_t seen) "
                  "const`, see DataReader");
    static_assert(
        !has_contents || !has_reader || !begins || !counts || reads,
        "alrao: the reader of a data source has a member `Batch<T> batch(std::size_t b)`, where T is "
        "the scalar of the network, see DataReader");
};

}  // namespace detail
}  // namespace alrao
