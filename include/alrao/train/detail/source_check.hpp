#pragma once

#include <alrao/graph/parameter_table.hpp>
#include <alrao/learn/detail/polymorphic.hpp>
#include <alrao/model/batch.hpp>
#include <alrao/shape/shape.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/message.hpp>
#include <alrao/train/any_source.hpp>
#include <alrao/train/detail/dataset_check.hpp>
#include <alrao/train/streams.hpp>
#include <alrao/train/task.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace alrao {

namespace detail {

/// The number of tokens of the network's Embedding; 0 without an Embedding.
template <class Net>
constexpr std::size_t embedded_tokens() {
    for (const ParameterEntry& entry : Net::network::parameters)
        if (entry.role == Role::embedding) return entry.extents[0];
    return 0;
}

/// The requirements of a network on its data, as a value.
struct DataNeeds {
    Shape input{}, output{};
    Task task = Task::classification;
    std::size_t embedded_tokens = 0;  ///< 0: no Embedding
};
template <class Net>
constexpr DataNeeds data_needs() {
    return {.input = Net::network::input_shape,
            .output = Net::network::output_shape,
            .task = task_of<Net>,
            .embedded_tokens = embedded_tokens<Net>()};
}

/// @throws ArgumentError if the network's Embedding or its head has no entry for a token
[[gnu::cold]] inline void require_tokens(const Streams& streams, const DataNeeds& needs, const char* caller) {
    const std::size_t embedded = needs.embedded_tokens, classes = needs.output.size();
    const std::size_t words = embedded == 0 ? classes : std::min(embedded, classes);
    for (std::size_t i = 0; i < streams.tokens().size(); ++i)
        if (static_cast<std::size_t>(streams.tokens()[i]) >= words)
            fail({"alrao: ", caller, ": token ", i, " is ", streams.tokens()[i], "; the network has ",
                  embedded == 0 ? "" : message_of({"an Embedding of ", embedded, " tokens and "}),
                  "a head of ", classes, " classes"});
}

/// @throws ArgumentError if the contents of a source do not fit the network
[[gnu::cold]] inline void require_contents(const DataContents& contents, const DataNeeds& needs,
                                           const char* caller) {
    require_samples(contents.samples, contents.sample, needs.input, caller);
    const std::size_t streams = contents.streams;
    const bool sequences = streams > 0;
    if (contents.time_steps == 0 || (sequences ? contents.samples % streams != 0 : contents.time_steps > 1))
        fail({"alrao: ", caller, ": contents() states ", contents.samples, " samples, ", streams,
              " streams and ", contents.time_steps,
              " time steps; it must state at least one time step, a number of samples that is a multiple of "
              "the number of streams, and one time step if there are no streams"});
    if (sequences != needs.input.per_token)
        fail({"alrao: ", caller,
              sequences ? ": the source holds sequences, the network takes single samples"
                        : ": the network takes sequences, the source holds single samples"});
    if (sequences && !needs.output.per_token)
        fail({"alrao: ", caller,
              ": the network has one output per sequence; a source of sequences has a label or targets for "
              "each time step"});
    const bool classification = needs.task == Task::classification;
    if (classification != (contents.outputs == 0))
        fail(
            {"alrao: ", caller, ": the network ends in a ",
             classification ? "classifier, which learns from labels" : "regressor, which learns from targets",
             "; the source has ", classification ? "targets" : "labels"});
    const std::size_t outputs = contents.selects_outputs ? 1 : needs.output.size();
    if (!classification && contents.outputs != outputs)
        fail({"alrao: ", caller, ": a sample has ", contents.outputs, " targets, needed ", outputs});
}

/// Checks that data fit a network. Samples and tokens in memory are all checked; those of other sources are checked
/// when they are read.
/// @param caller name of the function that the user called, for the message of an error
/// @throws ArgumentError if they do not fit
template <class T>
[[gnu::cold]] void require_fitting_source(const AnySource<T>& source, const DataNeeds& needs,
                                          const char* caller) {
    const DataContents contents = source.contents();
    const Dataset<T>* const dataset = source.dataset();
    if (dataset != nullptr)
        require_fitting_data(*dataset, needs.input, needs.output.size(), needs.task, caller);
    require_contents(contents, needs, caller);
    if (source.streams() != nullptr) require_tokens(*source.streams(), needs, caller);
}

/// Reads a source for `fit`, `evaluate` and `predict`. Checks each batch, unless the source is a
/// Dataset, Augmented samples or Streams.
template <class T>
class SourceReader {
public:
    /// `needs`: requirements of the network; null if labels and targets are not read.
    SourceReader(const AnySource<T>& source, const ReadOptions& options, const DataNeeds* needs)
        : contents_(source.contents()),
          batch_size_(contents_.streams > 0 ? contents_.streams
                                            : std::min(options.batch_size, contents_.samples)),
          trusted_(source.dataset() != nullptr || source.streams() != nullptr),
          reader_(source.reader(options)) {
        if (needs != nullptr) needs_ = *needs, compared_ = true;
        if (reader_->batches(0) == 0)
            fail({"alrao: data source: an epoch has no batches, contents() states ", contents_.samples,
                  " samples"});
    }

    [[nodiscard]] const DataContents& contents() const { return contents_; }
    /// The number of samples (or streams) of the largest batch.
    [[nodiscard]] std::size_t batch_size() const { return batch_size_; }
    [[nodiscard]] std::size_t batches(std::size_t seen) const { return reader_->batches(seen); }
    void begin_epoch(std::uint64_t epoch, std::size_t seen) {
        reader_->begin_epoch(epoch, seen);
        seen_ = seen;
    }
    /// Batch b of the epoch, see DataReader.
    /// @throws ArgumentError if the batch breaks a law of DataReader
    [[nodiscard]] Batch<T> batch(std::size_t b) {
        const Batch<T> batch = reader_->batch(b);
        if (!trusted_) require_batch(batch, b);
        seen_ += batch.samples * batch.time_steps;
        return batch;
    }
    /// The number of samples of the epoch up to the end of the last batch, if batches are read in order.
    [[nodiscard]] std::size_t seen() const { return seen_; }
    /// Checks the number of samples of an epoch. Call it after the last batch.
    /// @throws ArgumentError if the epoch had fewer samples than contents() states
    void require_whole_epoch() const {
        if (seen_ != contents_.samples) [[unlikely]]
            fail({"alrao: data source: an epoch had ", seen_, " samples, contents() states ",
                  contents_.samples});
    }

private:
    [[gnu::cold]] void require_batch(const Batch<T>& batch, std::size_t b) const {
        const std::size_t rows = batch.samples * batch.time_steps;
        const bool whole = contents_.streams == 0 || batch.samples == contents_.streams;
        if (rows == 0 || !whole || batch.samples > batch_size_ || batch.time_steps > contents_.time_steps)
            fail({"alrao: data source: batch ", b, " has ", batch.samples, " samples of ", batch.time_steps,
                  " time steps; it must have ", contents_.streams > 0 ? "" : "1 to ", batch_size_,
                  " samples of ", contents_.time_steps > 1 ? "1 to " : "", contents_.time_steps,
                  contents_.time_steps > 1 ? " time steps" : " time step"});
        if (rows > contents_.samples - seen_)
            fail({"alrao: data source: after ", seen_, " of ", contents_.samples, " samples batch ", b,
                  " has ", rows, " more"});
        require_numbers(batch.inputs, rows * contents_.sample.size(), "input", b);
        if (!compared_) return;
        const bool classification = contents_.outputs == 0;
        if (classification ? batch.truth.labels == nullptr : batch.truth.targets == nullptr)
            fail({"alrao: data source: batch ", b, " has no ", classification ? "labels" : "targets"});
        if (contents_.outputs > 0)
            require_numbers(batch.truth.targets, rows * contents_.outputs, "target", b);
        if (contents_.selects_outputs) require_selected(batch, rows, b);
    }
    [[gnu::cold]] static void require_numbers(const T* numbers, std::size_t count, const char* what,
                                              std::size_t b) {
        if (numbers == nullptr) fail({"alrao: data source: batch ", b, " has no ", what, "s"});
        for (std::size_t i = 0; i < count; ++i)
            if (!is_finite(numbers[i]))
                fail({"alrao: data source: ", what, " number ", i, " of batch ", b, " is ", numbers[i],
                      ", which is not finite"});
    }
    [[gnu::cold]] void require_selected(const Batch<T>& batch, std::size_t rows, std::size_t b) const {
        if (batch.truth.selected == nullptr) fail({"alrao: data source: batch ", b, " selects no outputs"});
        for (std::size_t i = 0; i < rows; ++i)
            if (batch.truth.selected[i] < 0 ||
                static_cast<std::size_t>(batch.truth.selected[i]) >= needs_.output.size())
                fail({"alrao: data source: sample ", i, " of batch ", b, " selects output ",
                      batch.truth.selected[i], " of ", needs_.output.size()});
    }

    DataContents contents_;
    std::size_t batch_size_;
    bool trusted_, compared_ = false;
    DataNeeds needs_{};
    Owned<ReaderInterface<T>> reader_;
    std::size_t seen_ = 0;
};

}  // namespace detail

}  // namespace alrao
