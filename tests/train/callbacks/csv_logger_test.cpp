#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/train/callbacks/csv_logger.hpp>
#include <alrao/train/fit.hpp>

#include "../toy.hpp"
#include "console.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace alrao;

namespace {
std::string read(const std::filesystem::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// What the logger writes of a fit by Alrao, and the optimizer at its end.
template <class Net, class Data>
std::string log_of(const Data& train, const Data& held_out, const LogUniform& interval,
                   std::vector<Divergence>& pruned) {
    const auto path = std::filesystem::temp_directory_path() /
                      ("alrao-csv-fit-" + std::to_string(::getpid()) + ".csv");
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

TEST_CASE("a line for each epoch, complete; a new fit begins a new file") {
    const auto path = std::filesystem::temp_directory_path() /
                      ("alrao-csv-" + std::to_string(::getpid()) + ".csv");
    CsvLogger logger{path.string()};
    console::play(logger, true);
    const std::string text = read(path);
    CHECK(text.starts_with("epoch,step,seconds,loss,accuracy,val_loss,val_accuracy,quarantined,"
                           "weight_0,weight_1,weight_2\n1,4,0,0.5,0.75,0.625,0.5,0,0.25"));
    CHECK(console::count(text, "\n") == 3);
    console::play(logger, false, 1);
    CHECK(read(path) == "epoch,step,seconds,loss,accuracy,val_loss,val_accuracy,quarantined\n"
                        "1,4,0,0.5,0.75,,,0\n2,8,0,0.5,0.75,,,1\n");
    std::filesystem::remove(path);
}

TEST_CASE("a file that cannot be made is an error with its path") {
    CsvLogger logger{"/nowhere/at/all.csv"};
    try {
        console::play(logger);
        FAIL("accepted");
    } catch (const Error& error) {
        CHECK(std::string(error.what()).find("/nowhere/at/all.csv: No such file") !=
              std::string::npos);
    }
}

TEST_CASE("T4: features and copies are pruned, and no number in the file is not finite") {
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
