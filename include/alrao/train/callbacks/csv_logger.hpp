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

/// What a CsvLogger does with a file that is there already.
enum class LogFile : unsigned char {
    automatic,  ///< append if the optimizer has taken steps before this fit, else replace a log
    append,     ///< rows go behind those that are there
    replace,    ///< the file holds this fit alone
};

/// Writes a line per epoch into a file of comma-separated values, complete after each: epoch, step,
/// seconds since the fit began, loss and accuracy (or rmse) in training and validation (empty if
/// there is none), features and copies pruned in the epoch, and the weight of each copy of the head,
/// counted from 0 as in paths and errors.
///
/// A fit that goes on with an optimizer appends to the file; the epoch then counts over all fits of
/// the optimizer. A fit with a new optimizer (also one that a rule stands for, as in `fit(net,
/// Adam{}, data)`) replaces it; say CsvLogger{path, LogFile::append} or LogFile::replace to have it
/// otherwise. Steps that are taken again, from an older state of model and optimizer, have rows
/// twice. Nothing is made, changed or emptied before the first row is there: a fit that is
/// refused, or ends before its first epoch does, leaves the file as it was. A file that is no log is
/// replaced by LogFile::replace alone. Rows are appended only
/// behind the same columns. A last line without its end, as a crash leaves it, is removed by the
/// first row that is appended; History notes it.
class CsvLogger {
public:
    explicit CsvLogger(std::string path, LogFile mode = LogFile::automatic)
        : path_(std::move(path)), mode_(mode) {}

    /// @throws Error if the file cannot be written; ArgumentError if rows are to be appended to a
    /// file of other columns, or a file that is no log would be replaced
    void fit_begin(const FitBegin& event) {
        file_.reset();
        header_ = header_of(event);
        appends_ = mode_ == LogFile::append || (mode_ == LogFile::automatic && event.steps_before > 0);
        require_place();
        if (appends_ && rows_there().torn)
            event.history.messages.push_back("CsvLogger: " + path_ + " ends within a line, which is removed");
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

    /// What is there to append to: bytes of whole lines, and whether a line without its end follows.
    struct Rows {
        long bytes = 0;
        bool torn = false;
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

    /// Whether it is a file that holds rows, not a device such as /dev/null.
    bool is_regular() const {
        struct stat facts {};
        return ::stat(path_.c_str(), &facts) == 0 && S_ISREG(facts.st_mode);
    }

    /// Refuses a path that will not take the first row, and changes nothing.
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

    /// Refuses a file with something else than the rows of a fit.
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
                                " is no log of a fit: take another file, or LogFile::replace");
    }

    /// Reads the file through. None, an empty one and one of a begun header have no rows.
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
                                ": take another file, or LogFile::replace");
        return rows;
    }

    /// Opens the file for the first row; gives what stands before it.
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
