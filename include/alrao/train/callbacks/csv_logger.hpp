#pragma once

#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/number_text.hpp>
#include <alrao/train/events.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao {

/// What CsvLogger does if the file exists.
enum class LogFile : unsigned char {
    automatic,  ///< append if the optimizer took steps before this fit, else replace a file that is a log
    append,     ///< append rows to the file, which must have the same columns
    replace,    ///< replace the file, whatever it contains
};

/// Callback that writes a line per epoch into a file of comma-separated values: epoch, step, seconds since
/// the fit began, loss and accuracy (or rmse) in training and in validation (empty without validation),
/// features and copies pruned in the epoch, and the weight of each copy of the head, counted from 0. Each
/// line is written to the file at the end of its epoch.
///
/// If the optimizer took steps before the fit, rows are appended, and epochs are counted over all fits of the
/// optimizer. A fit with a new optimizer (also `fit(net, Adam{}, data)`) replaces the file. Use
/// CsvLogger{path, LogFile::append} or LogFile::replace for another behaviour. If an earlier state of model
/// and optimizer is restored and training continues from there, the repeated epochs appear twice. The file is
/// not created or changed before the first row is written; a fit that throws before the end of its first
/// epoch leaves it unchanged. If a callback stops a fit within an epoch, the row describes the part of the
/// epoch. Only LogFile::replace replaces a file that is not a log. Rows are appended only to a file with the
/// same columns. An incomplete last line, for instance after a crash, is removed when the first row is
/// appended; History::messages notes it.
class CsvLogger {
public:
    /// `path`: of the file. `mode`: what to do if it exists.
    explicit CsvLogger(std::string path, LogFile mode = LogFile::automatic)
        : path_(std::move(path)), mode_(mode) {}

    /// @throws Error if the file cannot be written; ArgumentError if rows would be appended to a file with
    /// other columns, or a file that is not a log would be replaced
    void fit_begin(const FitBegin& event) {
        file_.reset();
        header_ = header_of(event);
        appends_ = mode_ == LogFile::append || (mode_ == LogFile::automatic && event.steps_before > 0);
        require_place();
        if (appends_ && rows_there().torn)
            event.history.messages.push_back("CsvLogger: " + path_ +
                                             " ends with an incomplete line, which "
                                             "is removed");
        if (!appends_ && mode_ == LogFile::automatic) require_log();
    }

    /// @throws Error if the line cannot be written
    void epoch_end(const EpochEnd& event) {
        const Epoch& epoch = event.record;
        const std::uint64_t number =
            appends_ && epoch.overall > 0 ? epoch.overall : std::uint64_t{epoch.number};
        std::string line = std::to_string(number) + "," + std::to_string(epoch.steps) + "," +
                           number_text(event.seconds) + "," + number_text(epoch.training.loss) + "," +
                           measure_text(epoch.training) + ",";
        if (epoch.validation)
            line += number_text(epoch.validation->loss) + "," + measure_text(*epoch.validation);
        else line += ",";
        line += "," + std::to_string(epoch.quarantined);
        for (const double weight : epoch.copy_weights)
            if (epoch.copy_weights.size() > 1) line += "," + number_text(weight);
        line += "\n";
        if (!file_) line = open() + line;
        if (std::fputs(line.c_str(), file_.get()) < 0 || std::fflush(file_.get()) != 0) stop(errno);
    }

    void fit_end(const FitEnd&) { file_.reset(); }

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    using File = std::unique_ptr<std::FILE, Close>;

    /// The complete lines of a file.
    struct Rows {
        long bytes = 0;     ///< their size
        bool torn = false;  ///< whether an incomplete line follows
    };

    static std::string header_of(const FitBegin& event) {
        const std::string measure = event.task == Task::classification ? "accuracy" : "rmse";
        std::string line = "epoch,step,seconds,loss," + measure + ",val_loss,val_" + measure + ",quarantined";
        for (std::size_t j = 0; event.copies > 1 && j < event.copies; ++j)
            line += ",weight_" + std::to_string(j);
        return line;
    }
    static std::string measure_text(const Evaluation& e) {
        return e.measured ? number_text(e.measure()) : "";
    }

    [[noreturn]] void stop(int number) const {
        fail<Error>("alrao: CsvLogger: " + path_ + ": " + std::strerror(number));
    }

    /// Whether the path is a regular file, not a device such as /dev/null.
    bool is_regular() const {
        struct stat facts {};
        return ::stat(path_.c_str(), &facts) == 0 && S_ISREG(facts.st_mode);
    }

    /// Checks, without changing anything, that the file can be written or created.
    /// @throws Error if it cannot
    void require_place() const {
        struct stat facts {};
        if (::stat(path_.c_str(), &facts) == 0) {
            if (S_ISDIR(facts.st_mode)) stop(EISDIR);
            if (::access(path_.c_str(), W_OK) != 0) stop(errno);
            return;
        }
        if (errno != ENOENT || path_.empty()) stop(errno);
        const std::size_t slash = path_.rfind('/');
        const std::string folder = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
        if (::access(folder.c_str(), W_OK | X_OK) != 0) stop(errno);
    }

    /// @throws ArgumentError if the file is not a log of a fit
    void require_log() const {
        if (!is_regular()) return;
        const File file(std::fopen(path_.c_str(), "rb"));
        if (!file) stop(errno);
        constexpr std::string_view begins = "epoch,step,seconds,";
        std::array<char, begins.size()> first{};
        const std::size_t count = std::fread(first.data(), 1, first.size(), file.get());
        if (std::ferror(file.get()) != 0) stop(EIO);
        if (std::string_view(first.data(), count) != begins.substr(0, count))
            fail<ArgumentError>("alrao: CsvLogger: " + path_ +
                                " is not a log of a fit: use another file, or LogFile::replace");
    }

    /// Reads the file. A missing or empty file, and one with an incomplete header only, have no rows.
    /// @throws ArgumentError if the file has other columns
    Rows rows_there() const {
        Rows rows;
        if (!is_regular()) return rows;
        const File file(std::fopen(path_.c_str(), "rb"));
        if (!file) stop(errno);
        std::string first;
        std::array<char, 4096> block{};
        long at = 0;
        while (const std::size_t count = std::fread(block.data(), 1, block.size(), file.get())) {
            for (std::size_t i = 0; i < count; ++i) {
                ++at;
                if (block[i] == '\n') rows.bytes = at;
                else if (rows.bytes == 0 && first.size() < header_.size() + 200) first += block[i];
            }
        }
        if (std::ferror(file.get()) != 0) stop(EIO);
        rows.torn = at > rows.bytes;
        if (rows.bytes > 0 && first.ends_with('\r')) first.pop_back();
        if (rows.bytes > 0 ? first != header_ : !header_.starts_with(first))
            fail<ArgumentError>("alrao: CsvLogger: " + path_ + " has the columns " + first.substr(0, 200) +
                                "; rows of this fit have " + header_ +
                                ": use another file, or LogFile::replace");
        return rows;
    }

    /// Opens the file for the first row. Returns the header line if it has to be written first.
    std::string open() {
        const Rows rows = appends_ ? rows_there() : Rows{};
        if (rows.bytes > 0 && rows.torn && ::truncate(path_.c_str(), rows.bytes) != 0) stop(errno);
        file_.reset(std::fopen(path_.c_str(), rows.bytes > 0 ? "a" : "w"));
        if (!file_) stop(errno);
        return rows.bytes > 0 ? "" : header_ + "\n";
    }

    std::string path_;
    LogFile mode_;
    std::string header_{};
    bool appends_ = false;
    File file_{};
};

}  // namespace alrao

#pragma GCC diagnostic pop
