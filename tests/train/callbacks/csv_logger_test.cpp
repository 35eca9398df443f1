#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/train/callbacks/csv_logger.hpp>
#include <alrao/train/callbacks/early_stopping.hpp>
#include <alrao/train/fit.hpp>

#include "../toy.hpp"
#include "console.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace train_callbacks_csv_logger_test {

using namespace alrao;

namespace {
std::string read(const std::filesystem::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The file of a fit with AlraoOptimizer, and the optimizer afterwards.
template <class Net, class Data>
std::string log_of(const Data& train, const Data& held_out, const LogUniform& interval,
                   std::vector<Divergence>& pruned) {
    const auto path =
        std::filesystem::temp_directory_path() / ("alrao-csv-fit-" + std::to_string(::getpid()) + ".csv");
    Net net{Seed{1}};
    AlraoOptimizer<Net> optimizer{net, interval, Seed{2}};
    const auto validation = held_out.view();
    fit(net, optimizer, train.view(), {.epochs = 10, .batch_size = 16, .validation = &validation},
        CsvLogger{path.string()});
    pruned.assign(optimizer.pruned().begin(), optimizer.pruned().end());
    const std::string text = read(path);
    std::filesystem::remove(path);
    return text;
}

std::size_t copies_in(const std::vector<Divergence>& pruned) {
    return static_cast<std::size_t>(
        std::count_if(pruned.begin(), pruned.end(), [](const Divergence& d) { return d.copy; }));
}
}  // namespace

TEST_CASE("the file has a complete line for each epoch; a new fit begins a new file") {
    const auto path =
        std::filesystem::temp_directory_path() / ("alrao-csv-" + std::to_string(::getpid()) + ".csv");
    CsvLogger logger{path.string()};
    console::play(logger, true);
    const std::string text = read(path);
    CHECK(
        text.starts_with("epoch,step,seconds,loss,accuracy,val_loss,val_accuracy,quarantined,"
                         "weight_0,weight_1,weight_2\n1,4,0,0.5,0.75,0.625,0.5,0,0.25"));
    CHECK(console::count(text, "\n") == 3);
    console::play(logger, false, 1);
    CHECK(read(path) ==
          "epoch,step,seconds,loss,accuracy,val_loss,val_accuracy,quarantined\n"
          "1,4,0,0.5,0.75,,,0\n2,8,0,0.5,0.75,,,1\n");
    std::filesystem::remove(path);
}

namespace {

/// The path of a file, which is removed after the test.
struct LogPath {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("alrao-csv-kept-" + std::to_string(::getpid()) + ".csv");
    LogPath() { std::filesystem::remove(path); }
    LogPath(const LogPath&) = delete;
    LogPath& operator=(const LogPath&) = delete;
    ~LogPath() { std::filesystem::remove(path); }
    void write(const std::string& text) const { std::ofstream(path) << text; }
    std::string name() const { return path.string(); }
};

/// A model in consecutive fits, and its log.
struct Logged {
    toy::Quadrants quadrants{64, Seed{1}};
    toy::Plain net{Seed{1}};
    OneRateOptimizer<toy::Plain, rule::Adam> optimizer{net, Adam{}};
    template <class... C>
    History go(std::size_t epochs, C&&... callbacks) {
        return fit(net, optimizer, quadrants.view(), {.epochs = epochs}, callbacks...);
    }
};

/// The first numbers of all rows.
std::string epochs_of(const std::string& text) {
    std::string numbers;
    for (std::size_t at = text.find('\n'); at + 1 < text.size(); at = text.find('\n', at + 1))
        numbers += text.substr(at + 1, text.find(',', at) - at - 1) + " ";
    return numbers;
}

}  // namespace

TEST_CASE(
    "a continued fit appends to the file, a new optimizer replaces it, unless the mode says "
    "otherwise") {
    const LogPath log;
    Logged run;
    run.go(3, CsvLogger{log.name()});
    run.go(2, CsvLogger{log.name()});
    const std::string text = read(log.path);
    CHECK(console::count(text, "epoch,") == 1);
    CHECK(epochs_of(text) == "1 2 3 4 5 ");
    Logged other;
    other.go(2, CsvLogger{log.name(), LogFile::append});
    CHECK(read(log.path).starts_with(text));
    CHECK(epochs_of(read(log.path)) == "1 2 3 4 5 1 2 ");
    other.go(1, CsvLogger{log.name(), LogFile::replace});
    CHECK(epochs_of(read(log.path)) == "1 ");
    Logged again;
    again.go(2, CsvLogger{log.name()});
    CHECK(epochs_of(read(log.path)) == "1 2 ");
}

TEST_CASE("both parts of an interrupted epoch have its number") {
    const LogPath log;
    Logged run;
    run.go(2, CsvLogger{log.name()}, [](const StepEnd& event) { return event.total_steps == 3; });
    run.go(2, CsvLogger{log.name()});
    CHECK(epochs_of(read(log.path)) == "1 2 2 3 ");
}

TEST_CASE("nothing is created or changed before the first row") {
    const LogPath log;
    Logged run;
    CHECK_THROWS_AS(run.go(1, CsvLogger{log.name()}, EarlyStopping{}), ArgumentError);
    run.go(0, CsvLogger{log.name()});
    CHECK_FALSE(std::filesystem::exists(log.path));
    const std::string kept = "epoch,step,seconds,of,an,earlier,fit\n";
    log.write(kept);
    for (const LogFile mode : {LogFile::automatic, LogFile::replace}) {
        CHECK_THROWS_AS(run.go(1, CsvLogger{log.name(), mode}, EarlyStopping{}), ArgumentError);
        run.go(0, CsvLogger{log.name(), mode});
        CHECK_THROWS_WITH(
            run.go(1, CsvLogger{log.name(), mode}, [](const StepEnd&) { throw std::runtime_error("mine"); }),
            "mine");
        CHECK(read(log.path) == kept);
    }
}

TEST_CASE("a file that is not a log is replaced only with LogFile::replace") {
    const LogPath log;
    for (const char* text : {"my,own,data\n", "epoch,step,second", "epoch;step", "x"}) {
        Logged run;
        log.write(text);
        const bool begun = std::string_view("epoch,step,seconds,").starts_with(text);
        if (!begun) {
            CHECK_THROWS_WITH(run.go(1, CsvLogger{log.name()}),
                              ("alrao: CsvLogger: " + log.name() +
                               " is not a log of a fit: use another file, or LogFile::replace")
                                  .c_str());
            CHECK(read(log.path) == text);
        }
        run.go(1, CsvLogger{log.name(), begun ? LogFile::automatic : LogFile::replace});
        CHECK(epochs_of(read(log.path)) == "1 ");
    }
}

TEST_CASE("rows are appended only if the columns are equal: otherwise an error, without changes") {
    const LogPath log;
    Logged run;
    for (const char* other : {"epoch,step,seconds,loss,rmse,val_loss,val_rmse,quarantined\n1,2,3,4,5,6,7,8\n",
                              "something else", "\n"}) {
        log.write(other);
        try {
            run.go(1, CsvLogger{log.name(), LogFile::append});
            FAIL("accepted");
        } catch (const ArgumentError& error) {
            CHECK(std::string(error.what()).find("LogFile::replace") != std::string::npos);
            CHECK(std::string(error.what()).find(log.name()) != std::string::npos);
        }
        CHECK(read(log.path) == other);
        CHECK(run.optimizer.step_number() == 0);
    }
}

TEST_CASE("an incomplete last line is removed when the first row is appended") {
    const LogPath log;
    Logged run;
    run.go(2, CsvLogger{log.name()});
    const std::string whole = read(log.path);
    log.write(whole + "3,6,0.12");
    const History history = run.go(1, CsvLogger{log.name()});
    REQUIRE(history.messages.size() == 1);
    CHECK(history.messages[0].find("ends with an incomplete line") != std::string::npos);
    CHECK(read(log.path).starts_with(whole));
    CHECK(epochs_of(read(log.path)) == "1 2 3 ");
    // A missing file, an empty one and one with an incomplete header are replaced.
    for (const char* begun : {"", "epoch,st"}) {
        log.write(begun);
        run.go(1, CsvLogger{log.name()});
        CHECK(console::count(read(log.path), "epoch,step,seconds,") == 1);
        CHECK(console::count(read(log.path), "\n") == 2);
    }
    // Lines that end in CR LF.
    log.write(whole.substr(0, whole.find('\n')) + "\r\n1,2,0,0,0,,,0\r\n");
    run.go(1, CsvLogger{log.name()});
    CHECK(console::count(read(log.path), "\n") == 3);
}

TEST_CASE("devices accept rows, folders do not") {
    Logged run;
    run.go(1, CsvLogger{"/dev/null"});
    run.go(1, CsvLogger{"/dev/null"});
    CHECK_THROWS_AS(run.go(1, CsvLogger{"/tmp"}), Error);
    CHECK_THROWS_AS(run.go(1, CsvLogger{""}), Error);
    CHECK_THROWS_AS(run.go(1, CsvLogger{"/dev/null/log.csv"}), Error);
}

TEST_CASE("a file that cannot be created is an error with its path") {
    CsvLogger logger{"/nowhere/at/all.csv"};
    try {
        console::play(logger);
        FAIL("accepted");
    } catch (const Error& error) {
        CHECK(std::string(error.what()).find("/nowhere/at/all.csv: No such file") != std::string::npos);
    }
}

TEST_CASE("T4: features and copies are pruned, and all numbers in the file are finite") {
    const auto check = [](const std::string& text) {
        CHECK(console::count(text, "\n") == 11);
        CHECK(text.find("nan") == std::string::npos);
        CHECK(text.find("inf") == std::string::npos);
    };
    std::vector<Divergence> pruned;
    check(log_of<toy::Averaged>(toy::Quadrants(200, Seed{1}), toy::Quadrants(100, Seed{2}),
                                LogUniform{1e-5, 1e6}, pruned));
    CHECK(pruned.size() > copies_in(pruned));
    check(log_of<toy::AveragedRegression>(toy::Slope(200, Seed{1}), toy::Slope(100, Seed{2}),
                                          LogUniform{1e-5, 1e3}, pruned));
    CHECK(copies_in(pruned) > 0);
}

}  // namespace train_callbacks_csv_logger_test
