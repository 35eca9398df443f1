#pragma once

#include <alrao/check/report.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/train/data_source.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace alrao {

/// The laws of a data source as sentences, to pass to CheckReport::find. The comment of DataReader
/// (train/data_source.hpp) explains them.
namespace data_source_law {
inline constexpr std::string_view contents = "contents() states at least one sample and does not change";
inline constexpr std::string_view size =
    "a batch has at least one sample, and at most as many samples and time steps as stated";
inline constexpr std::string_view count = "the batches of an epoch have all of its samples";
inline constexpr std::string_view numbers = "inputs, targets and weights are finite, and labels not negative";
inline constexpr std::string_view repeat =
    "equal options and epochs give equal batches in every reader, in any order of reading";
inline constexpr std::string_view rest =
    "the batches after `seen` samples have the rest of the epoch, in order";
inline constexpr std::string_view apart = "a batch does not change while another reader reads";
inline constexpr std::string_view same = "all epochs have the same samples";
}  // namespace data_source_law

/// Options of check_data_source.
struct DataSourceCheckOptions {
    std::vector<std::size_t> batch_sizes{1, 3, 32};  ///< batch sizes that are tested
    std::vector<std::uint64_t> epochs{0, 1, 5};      ///< numbers of the epochs that are read
    Seed seed{1};                                    ///< seed of the order of samples
    /// Whether all epochs have the same samples, in any order. Set it to false for a source that generates
    /// samples or changes them at random; the law `same` is then not tested.
    bool same_samples = true;
};

namespace check {

/// Tests the laws of a source for one batch size, with or without shuffling.
template <class T, class Source>
class DataSourceCheck {
public:
    DataSourceCheck(const Source& source, const ReadOptions& read, const DataSourceCheckOptions& options,
                    CheckReport& report)
        : source_(source), contents_(source.contents()), read_(read), options_(options), report_(report) {
        here_ = message_of({"batches of ", read.batch_size, read.shuffle ? ", shuffled: " : ", in order: "});
    }

    /// Tests all laws in each epoch of the options. Stops after an epoch if any law is broken by then.
    void all() {
        std::vector<Row> first;
        for (const std::uint64_t epoch : options_.epochs) {
            std::vector<Row> rows = whole(epoch);
            if (!report_) return;
            repeats(epoch, rows);
            continues(epoch, rows);
            std::sort(rows.begin(), rows.end());
            if (first.empty()) first = std::move(rows);
            else if (options_.same_samples)
                report_.note(data_source_law::same, rows == first,
                             {here_, "epoch ", epoch, " has other samples than epoch ", options_.epochs[0]});
        }
    }

private:
    /// The numbers of one sample at one time step: inputs, label or targets, selected output, weight.
    using Row = std::vector<double>;

    /// Tests the size and the numbers of batch b. Returns its rows; none if its size is wrong or it lacks an
    /// array.
    std::vector<Row> rows_of(const Batch<T>& batch, std::size_t b) {
        const std::size_t count = batch.samples * batch.time_steps, size = contents_.sample.size();
        const std::size_t streams = contents_.streams;
        const bool lawful = count > 0 && batch.time_steps <= contents_.time_steps &&
                            (streams > 0 ? batch.samples == streams : batch.samples <= read_.batch_size);
        report_.note(
            data_source_law::size, lawful,
            {here_, "batch ", b, " has ", batch.samples, " samples of ", batch.time_steps, " time steps"});
        const bool labelled = contents_.outputs == 0;
        const bool compared = labelled ? batch.truth.labels != nullptr : batch.truth.targets != nullptr;
        const bool there = batch.inputs != nullptr && compared;
        report_.note(data_source_law::numbers, there,
                     {here_, "batch ", b, " lacks inputs, or ", labelled ? "labels" : "targets"});
        if (!lawful || !there) return {};
        std::vector<Row> rows(count);
        for (std::size_t r = 0; r < count; ++r) {
            Row& row = rows[r];
            row.assign(batch.inputs + r * size, batch.inputs + (r + 1) * size);
            if (labelled) row.push_back(batch.truth.labels[r]);
            for (std::size_t j = 0; j < contents_.outputs; ++j)
                row.push_back(static_cast<double>(batch.truth.targets[r * contents_.outputs + j]));
            if (contents_.selects_outputs && batch.truth.selected != nullptr)
                row.push_back(batch.truth.selected[r]);
            if (batch.truth.weights != nullptr) row.push_back(static_cast<double>(batch.truth.weights[r]));
            const bool weighed = batch.truth.weights == nullptr || !(batch.truth.weights[r] < 0);
            const bool good = std::all_of(row.begin(), row.end(), [](double x) { return is_finite(x); }) &&
                              (!labelled || batch.truth.labels[r] >= 0) && weighed;
            report_.note(data_source_law::numbers, good,
                         {here_, "sample ", r, " of batch ", b,
                          " has a number that is not finite, or a "
                          "negative label or weight"});
        }
        return rows;
    }

    /// Reads the epoch after its first `seen` samples. Returns the rows of all batches, in order.
    template <class Reader>
    std::vector<Row> read(Reader& reader, std::uint64_t epoch, std::size_t seen) {
        reader.begin_epoch(epoch, seen);
        std::vector<Row> all;
        const auto batches = static_cast<std::size_t>(reader.batches(seen));
        for (std::size_t b = 0; b < batches; ++b) {
            const std::vector<Row> rows = rows_of(reader.batch(b), b);
            all.insert(all.end(), rows.begin(), rows.end());
        }
        return all;
    }

    /// Reads a whole epoch and tests its number of samples. Returns its rows.
    std::vector<Row> whole(std::uint64_t epoch) {
        auto reader = detail::reader_of<T>(source_, read_);
        std::vector<Row> rows = read(reader, epoch, 0);
        report_.note(data_source_law::count, rows.size() == contents_.samples,
                     {here_, "epoch ", epoch, " has ", rows.size(), " samples, contents() states ",
                      contents_.samples});
        return rows;
    }

    /// Reads the epoch again with a second reader, from the last batch to the first, and compares it with
    /// `rows`. A third reader reads another epoch in between, which must not change the current batch.
    void repeats(std::uint64_t epoch, const std::vector<Row>& rows) {
        auto backward = detail::reader_of<T>(source_, read_);
        auto other = detail::reader_of<T>(source_, read_);
        backward.begin_epoch(epoch, 0);
        other.begin_epoch(epoch + 1, 0);
        std::size_t end = rows.size();
        for (auto b = static_cast<std::size_t>(backward.batches(0)); b-- > 0;) {
            const Batch<T> batch = backward.batch(b);
            const std::vector<Row> now = rows_of(batch, b);
            (void)other.batch((b + 1) % static_cast<std::size_t>(other.batches(0)));  // not the same batch
            report_.note(data_source_law::apart, rows_of(batch, b) == now,
                         {here_, "batch ", b, " of epoch ", epoch, " changed while another reader was used"});
            const bool equal =
                now.size() <= end &&
                std::equal(now.begin(), now.end(), rows.begin() + static_cast<long>(end - now.size()));
            report_.note(data_source_law::repeat, equal,
                         {here_, "batch ", b, " of epoch ", epoch, " differs when it is read again"});
            end -= std::min(end, now.size());
        }
    }

    /// Reads only the rest of the epoch, after 1 sample, a third, half and all but 1 of its samples (with
    /// streams: of its time steps), and compares it with the end of `rows`.
    void continues(std::uint64_t epoch, const std::vector<Row>& rows) {
        const std::size_t unit = std::max<std::size_t>(contents_.streams, 1), parts = rows.size() / unit;
        for (const std::size_t part : {std::size_t{1}, parts / 3, parts / 2, parts - 1}) {
            const std::size_t seen = part * unit;
            if (seen == 0 || seen >= rows.size()) continue;
            auto reader = detail::reader_of<T>(source_, read_);
            const std::vector<Row> now = read(reader, epoch, seen);
            const bool equal = now.size() == rows.size() - seen &&
                               std::equal(now.begin(), now.end(), rows.begin() + static_cast<long>(seen));
            report_.note(data_source_law::rest, equal,
                         {here_, "epoch ", epoch, ", continued after ", seen, " samples, has ", now.size(),
                          " samples; they must be the rest of the whole epoch, in the same order"});
        }
    }

    const Source& source_;
    DataContents contents_;
    ReadOptions read_;
    const DataSourceCheckOptions& options_;
    CheckReport& report_;
    std::string here_;
};

}  // namespace check

/// Checks the laws of a data source, which train/data_source.hpp lists above DataReader, by reading whole
/// epochs with several batch sizes. Use a source with few samples, because many epochs are read. Exceptions
/// of the source are not caught.
///
///     const CheckReport report = check_data_source(records);
///     if (!report) std::cout << report << '\n';
///
/// @tparam T scalar of the batches
/// @returns the laws that were tested, and the first case in which each broken law does not hold
template <class T = float, DataSource<T> Source>
[[nodiscard]] CheckReport check_data_source(const Source& source,
                                            const DataSourceCheckOptions& options = {}) {
    CheckReport report;
    report.subject = "data source";
    const DataContents before = source.contents();
    report.note(data_source_law::contents, before.samples > 0 && before.time_steps > 0,
                {"contents() states ", before.samples, " samples and ", before.time_steps, " time steps"});
    if (!report) return report;
    for (const std::size_t batch_size : options.batch_sizes)
        for (const bool shuffle : {false, true})
            check::DataSourceCheck<T, Source>(
                source, {.batch_size = batch_size, .seed = options.seed, .shuffle = shuffle}, options, report)
                .all();
    const DataContents after = source.contents();
    report.note(
        data_source_law::contents, after.samples == before.samples && after.outputs == before.outputs,
        {"contents() states ", after.samples, " samples after reading, and ", before.samples, " before"});
    return report;
}

}  // namespace alrao
