#include <alrao/data/labelled_images.hpp>

#include "idx_bytes.hpp"
#include <doctest/doctest.h>

namespace data_labelled_images_test {

using namespace alrao;
using io::FileFault;

TEST_CASE("pixels become x/255, and labels integers") {
    const TemporaryFolder folder;
    std::string images = idx_header(8, {2, 2, 3});
    for (const int pixel : {0, 51, 255, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
        images += static_cast<char>(pixel);
    }
    const auto read = data::read_labelled_images(
        folder.write("i", images), folder.write("l", gzip(idx_header(8, {2}) + "\x03\x09")), 10);
    CHECK(read.count == 2);
    CHECK(read.height == 2);
    CHECK(read.width == 3);
    CHECK(read.channels == 1);
    CHECK(read.classes == 10);
    CHECK(read.labels == std::vector<std::int32_t>{3, 9});
    CHECK(read.images[1] == 51.0F / 255.0F);
    CHECK(read.images[2] == 1.0F);
    CHECK(read.image(1)[0] == 4.0F / 255.0F);
    CHECK(read.image(1).size() == 6);
}

TEST_CASE("files that do not match each other are refused") {
    const TemporaryFolder folder;
    const auto images = folder.write("images", idx_file({60, 2, 2}));
    const auto labels = folder.write("labels", idx_file({60}, 10));
    CHECK(data::read_labelled_images(images, labels, 10).count == 60);
    const auto check = [&](const auto& i, const auto& l, FileFault fault, std::uint64_t offset,
                           const auto& path) {
        const auto error = refusal([&] { (void)data::read_labelled_images(i, l, 10); });
        REQUIRE(error);
        CHECK(error->fault == fault);
        CHECK(error->offset == offset);
        CHECK(error->path == path);
    };
    const auto fewer = folder.write("fewer", idx_file({59}, 10));
    const auto more = folder.write("more", idx_file({61}, 10));
    const auto wide = folder.write("wide", idx_header(0x0C, {1}) + std::string("\0\0\0\1", 4));
    check(labels, images, FileFault::mismatch, 3, images);
    check(images, images, FileFault::mismatch, 3, images);
    check(labels, labels, FileFault::mismatch, 3, labels);
    check(images, fewer, FileFault::mismatch, 4, fewer);
    check(images, more, FileFault::mismatch, 4, more);
    check(images, wide, FileFault::mismatch, 2, wide);
    for (const int label : {10, 11, 128, 255}) {
        std::string bytes = idx_file({60}, 10);
        bytes[8 + 17] = static_cast<char>(label);
        const auto wrong = folder.write("wrong", bytes);
        check(images, wrong, FileFault::mismatch, 25, wrong);
    }
}

}  // namespace data_labelled_images_test
