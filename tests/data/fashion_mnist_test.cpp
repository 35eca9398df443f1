#include <alrao/data/fashion_mnist.hpp>

#include "idx_bytes.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace data_fashion_mnist_test {

using namespace alrao;
using io::FileFault;

namespace {

struct Files {
    std::string train_images = idx_file({6, 28, 28});
    std::string train_labels = idx_file({6}, 10);
    std::string test_images = idx_file({4, 28, 28}, 17);
    std::string test_labels = idx_file({4}, 10);

    void write(const TemporaryFolder& folder, const std::string& below, const std::string& separator = "-",
               const std::string& ending = "") const {
        const auto put = [&](const std::string& stem, const std::string& kind, const std::string& bytes) {
            folder.write(below + stem + separator + kind + ending, ending.empty() ? bytes : gzip(bytes));
        };
        put("train-images", "idx3-ubyte", train_images);
        put("train-labels", "idx1-ubyte", train_labels);
        put("t10k-images", "idx3-ubyte", test_images);
        put("t10k-labels", "idx1-ubyte", test_labels);
    }
};

void check_content(const data::FashionMnist& read) {
    CHECK(read.train.count == 6);
    CHECK(read.test.count == 4);
    CHECK(read.train.images.size() == 6 * 28 * 28);
    CHECK(read.test.images[16] == 16.0F / 255.0F);
    CHECK(read.train.labels == std::vector<std::int32_t>{0, 1, 2, 3, 4, 5});
}

}  // namespace

TEST_CASE("files are found in both spellings, plain or compressed, in each folder") {
    for (const std::string below : {"", "fashion-mnist/", "FashionMNIST/raw/"}) {
        for (const std::string separator : {"-", "."}) {
            for (const std::string ending : {"", ".gz"}) {
                const TemporaryFolder folder;
                Files().write(folder, below, separator, ending);
                const auto read = data::fashion_mnist(folder.path());
                check_content(read);
                CHECK(std::filesystem::equivalent(read.folder, folder / below));
            }
        }
    }
}

TEST_CASE("ALRAO_DATA and the cache are searched") {
    const TemporaryFolder folder;
    Files().write(folder, "alrao/fashion-mnist/");
    {
        const Variable data("ALRAO_DATA", (folder / "alrao").c_str());
        check_content(data::fashion_mnist());
    }
    {
        const Variable data("ALRAO_DATA", (folder / "empty").c_str()),
            cache("XDG_CACHE_HOME", folder.path().c_str());
        check_content(data::fashion_mnist());
    }
}

TEST_CASE("the error lists all folders and the package to install") {
    const TemporaryFolder folder;
    const auto error = refusal([&] { (void)data::fashion_mnist(folder.path()); });
    REQUIRE(error);
    const std::string text = error->what();
    for (const std::string& words :
         {folder.path().native() + ",", (folder / "fashion-mnist").native() + ",",
          (folder / "FashionMNIST/raw").native(), std::string("apt-get install dataset-fashion-mnist"),
          std::string("ALRAO_DATA"), std::string("train-images")}) {
        CHECK_MESSAGE(text.find(words) != std::string::npos, text);
    }
}

TEST_CASE("a folder with only some of the files is an error; no other folder is read") {
    const TemporaryFolder folder;
    Files().write(folder, "", "-", ".gz");
    Files().write(folder, "fashion-mnist/");
    std::filesystem::remove(folder / "t10k-labels-idx1-ubyte.gz");
    const auto error = refusal([&] { (void)data::fashion_mnist(folder.path()); });
    REQUIRE(error);
    CHECK(error->path == folder.path());
    CHECK(error->got == "no t10k-labels-idx1-ubyte");
}

TEST_CASE("files with the wrong content are refused") {
    const auto refused = [](const Files& files) {
        const TemporaryFolder folder;
        files.write(folder, "");
        return refusal([&] { (void)data::fashion_mnist(folder.path()); });
    };
    CHECK_FALSE(refused({}));
    CHECK(refused({.train_images = idx_file({6, 32, 28})})->offset == 8);
    CHECK(refused({.test_images = idx_file({4, 28, 27})})->offset == 12);
    CHECK(refused({.train_labels = idx_file({5})})->fault == FileFault::mismatch);
    CHECK(refused({.test_labels = idx_file({4}, 3) + "x"})->fault == FileFault::excess);
    CHECK(refused({.train_labels = idx_header(8, {6}) + std::string(6, '\x0A')})->got == "10");
    CHECK(refused({.train_images = idx_file({6}), .train_labels = idx_file({6, 28, 28})})->field == "rank");
}

TEST_CASE("the real data set, if it is installed") {
    const std::filesystem::path debian = "/usr/share/datasets/fashion-mnist";
    if (!std::filesystem::exists(debian)) {
        MESSAGE("not installed (apt-get install dataset-fashion-mnist): its counts are not checked");
        return;
    }
    const auto read = data::fashion_mnist(debian);
    CHECK(read.train.count == 60000);
    CHECK(read.test.count == 10000);
    for (const auto* part : {&read.train, &read.test}) {
        for (int label = 0; label < 10; ++label) {
            CHECK(std::count(part->labels.begin(), part->labels.end(), label) ==
                  static_cast<std::ptrdiff_t>(part->count / 10));
        }
        CHECK(*std::max_element(part->images.begin(), part->images.end()) == 1.0F);
    }
    double sum = 0;
    for (const float pixel : read.train.images) {
        sum += static_cast<double>(pixel);
    }
    CHECK(sum / static_cast<double>(read.train.images.size()) == doctest::Approx(0.2860).epsilon(0.001));
    CHECK(data::fashion_mnist_classes[static_cast<std::size_t>(read.train.labels[0])] == "Ankle boot");
}

}  // namespace data_fashion_mnist_test
