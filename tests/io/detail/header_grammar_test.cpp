#include <alrao/io/detail/header_grammar.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

namespace io_detail_header_grammar_test {

using namespace alrao;
using io::detail::HeaderHandler;

namespace {

/// Calls a handler with the events of
/// {"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}.
void parse(HeaderHandler& handler, const std::string& dtype, std::uint64_t end) {
    const auto key = [&](std::string text) { handler.key(text); };
    const auto text = [&](std::string value) { handler.string(value); };
    handler.start_object(0);
    key("__metadata__");
    handler.start_object(0);
    key("k");
    text("v");
    handler.end_object();
    key("a");
    handler.start_object(0);
    key("dtype");
    text(dtype);
    key("shape");
    handler.start_array(0);
    handler.number_unsigned(2);
    handler.end_array();
    key("data_offsets");
    handler.start_array(0);
    handler.number_unsigned(0);
    handler.number_unsigned(end);
    handler.end_array();
    handler.end_object();
    handler.end_object();
}

}  // namespace

TEST_CASE("the events of a header become entries and metadata") {
    const std::filesystem::path path("file");
    HeaderHandler handler(path, {}, 8);
    parse(handler, "F32", 8);
    REQUIRE(handler.header.entries.size() == 1);
    const io::detail::HeaderEntry& entry = handler.header.entries[0];
    CHECK(entry.tensor.name == "a");
    CHECK(entry.tensor.dtype == io::DType::f32);
    CHECK(entry.tensor.extents == std::vector<std::size_t>{2});
    CHECK((entry.begin == 0 && entry.end == 8));
    CHECK(handler.header.metadata.at("k") == "v");
}

TEST_CASE("events that the grammar does not allow are refused") {
    const std::filesystem::path path("file");
    const auto refuses = [&](auto&& events, std::uint64_t data_bytes = 8) {
        HeaderHandler handler(path, {}, data_bytes);
        CHECK_THROWS_AS(events(handler), FileError);
    };
    refuses([](HeaderHandler& handler) { handler.null(); });
    refuses([](HeaderHandler& handler) { handler.start_array(0); });
    refuses([](HeaderHandler& handler) { parse(handler, "F4", 8); });
    refuses([](HeaderHandler& handler) { parse(handler, "F32", 7); });
    refuses([](HeaderHandler& handler) { parse(handler, "F32", 8); }, 7);
}

}  // namespace io_detail_header_grammar_test
