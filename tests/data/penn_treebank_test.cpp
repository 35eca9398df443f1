#include <alrao/data/penn_treebank.hpp>

#include "../io/temporary_folder.hpp"
#include <doctest/doctest.h>

namespace data_penn_treebank_test {

using namespace alrao;

TEST_CASE("the three files are found in the given folder and in the usual ones") {
    const TemporaryFolder folder;
    folder.write("ptb/ptb.train.txt", "a");
    folder.write("ptb/ptb.valid.txt", "b");
    CHECK(refusal([&] { (void)data::penn_treebank_files(folder.path()); })->got == "no ptb.test.txt");
    folder.write("ptb/ptb.test.txt", "c");
    const data::TextFiles files = data::penn_treebank_files(folder.path());
    CHECK(files.train == folder / "ptb/ptb.train.txt");
    CHECK(files.validation == folder / "ptb/ptb.valid.txt");
    CHECK(files.test == folder / "ptb/ptb.test.txt");
    const Variable data("ALRAO_DATA", folder.path().c_str());
    CHECK(data::penn_treebank_files().test == files.test);
    CHECK(refusal([&] { (void)data::penn_treebank_files(folder / "none"); })->field == "ptb.train.txt");
}

}  // namespace data_penn_treebank_test
