#include <alrao/train/callbacks/csv_logger.hpp>

#include "console.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace alrao;

namespace {
std::string read(const std::filesystem::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}
}  // namespace

TEST_CASE("a line for each epoch, complete; a new fit begins a new file") {
    const auto path = std::filesystem::temp_directory_path() /
                      ("alrao-csv-" + std::to_string(::getpid()) + ".csv");
    CsvLogger logger{path.string()};
    console::play(logger, true);
    const std::string text = read(path);
    CHECK(text.starts_with("epoch,step,seconds,loss,accuracy,val_loss,val_accuracy,quarantined,"
                           "weight_1,weight_2,weight_3\n1,4,0,0.5,0.75,0.625,0.5,0,0.25"));
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
