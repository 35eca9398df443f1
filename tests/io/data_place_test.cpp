#include <alrao/io/data_place.hpp>

#include "temporary_folder.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

using namespace alrao;

namespace {

constexpr std::string_view place_name = "fit.place";

io::TensorFile file_of_place(const std::vector<std::uint64_t>& numbers) {
    io::TensorFile file;
    file.add<std::uint64_t>(std::string(place_name), {numbers.size()},
                            std::span<const std::uint64_t>(numbers));
    return file;
}

std::string refused_place(const std::vector<std::uint64_t>& numbers) {
    try {
        (void)io::detail::read_place(file_of_place(numbers), "some.file", place_name);
    } catch (const FileError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a place comes back as it was; none is written of a fit that never was") {
    const DataPlace place{.epoch = 4,
                          .samples = 6,
                          .order = {.samples = 12, .streams = 3, .seed = 99, .shuffled = true},
                          .earlier_steps = 17};
    io::TensorFile file;
    io::detail::add_place(file, place_name, place);
    REQUIRE(file.tensors().size() == 1);
    CHECK(io::detail::read_place(file, "some.file", place_name) == place);
    io::TensorFile empty;
    io::detail::add_place(empty, place_name, {});
    CHECK(empty.tensors().empty());
    CHECK(io::detail::read_place(empty, "some.file", place_name) == DataPlace{});
}

TEST_CASE("a place where no fit can have stopped is refused") {
    CHECK(refused_place({4, 6, 12, 3, 99, 1, 17}).empty());
    CHECK(refused_place({4, 0, 0, 0, 0, 0, 17}).empty());
    const std::uint64_t most = std::uint64_t{1} << 47;
    CHECK(refused_place({most, 0, 12, 0, 0, 0, most}).empty());
    CHECK(refused_place({most + 1, 0, 12, 0, 0, 0, 0}).find("fit.place") != std::string::npos);
    CHECK(!refused_place({0, 0, 12, 0, 0, 0, most + 1}).empty());
    CHECK(!refused_place({0, 12, 12, 0, 0, 0, 0}).empty());
    CHECK(!refused_place({0, 1, 0, 0, 0, 0, 0}).empty());
    CHECK(!refused_place({0, 4, 12, 3, 0, 0, 0}).empty());
    CHECK(!refused_place({0, 3, 13, 3, 0, 0, 0}).empty());
    CHECK(!refused_place({0, 4, 12, 0, 0, 2, 0}).empty());
}
