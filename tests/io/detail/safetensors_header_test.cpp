#include <alrao/io/detail/safetensors_header.hpp>

#include "../safetensors_bytes.hpp"
#include "../temporary_folder.hpp"
#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

namespace io_detail_safetensors_header_test {

using namespace alrao;
using io::FileFault;

namespace {

const std::string entry = R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})";

struct Case {
    std::string header;  // @ marks the offset of the error
    std::size_t data;
    FileFault fault;
    std::string field;
};

void check(const Case& wrong) {
    CAPTURE(wrong.header.substr(0, 200));
    const auto error = refused(safetensors(wrong.header, wrong.data));
    REQUIRE(error);
    CHECK(io::name_of(error->fault) == io::name_of(wrong.fault));
    CHECK_MESSAGE(error->field.find(wrong.field) != std::string::npos, error->what());
    if (const std::size_t mark = wrong.header.find('@'); mark != std::string::npos) {
        CHECK_MESSAGE(error->offset == 8 + mark, error->what());
    }
    for (const char c : std::string(error->what())) {
        CHECK((static_cast<unsigned char>(c) >= 0x20 && c != 0x7F));
    }
}

}  // namespace

TEST_CASE("valid headers are read") {
    const auto accepts = [](std::string_view header, std::size_t data) {
        CAPTURE(header);
        const auto error = refused(safetensors(header, data));
        CHECK_MESSAGE(!error, (error ? error->what() : ""));
    };
    accepts("{}", 0);
    accepts("{}          ", 0);
    accepts(" \n\t\r{}", 0);
    accepts(R"({"a":)" + entry + "}", 8);
    accepts("{ \"a\" : " + entry + " }\n", 8);
    accepts(R"({"__metadata__":{},"a":)" + entry + "}", 8);
    accepts(R"({"a":)" + entry + R"(,"__metadata__":{"k":"v","\u00e9":"\ud83d\ude00"}})", 8);
    accepts(R"({"a":{"data_offsets":[0,8],"shape":[],"dtype":"I64"}})", 8);
    accepts(R"({"b":{"dtype":"U8","shape":[1],"data_offsets":[8,9]},"a":)" + entry + "}",
            9);  // any order, unaligned
    accepts(
        R"({"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}})",
        9);
    accepts(R"({"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}})", 0);
    accepts(R"({"a":{"dtype":"F32","shape":[5,0,1000000000000],"data_offsets":[0,0]},"b":)" + entry + "}", 8);
    accepts(R"({"a":)" + entry + R"(,"z":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}})", 8);
    accepts(R"({"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,2],"data_offsets":[0,8]}})", 8);
    for (const char* dtype : {"BF16", "F16", "I16", "U16"}) {
        accepts(R"({"a":{"dtype":")" + std::string(dtype) + R"(","shape":[4],"data_offsets":[0,8]}})", 8);
    }
    accepts(R"({"a":{"dtype":"BOOL","shape":[8],"data_offsets":[0,8]}})", 8);
    accepts(R"({"\u0061/b. \u00e9":)" + entry + "}", 8);
}

TEST_CASE("violations of each rule of the format are refused with their offset") {
    const std::string a = R"({"a":)";
    std::vector<Case> cases{
        // not one JSON object
        {"@[]", 0, FileFault::malformed, "header"},
        {"@null", 0, FileFault::malformed, "header"},
        {"@\"a\"", 0, FileFault::malformed, "header"},
        {"  @7", 0, FileFault::malformed, "header"},
        {"@    ", 0, FileFault::malformed, "header"},
        {"@\xEF\xBB\xBF{}", 0, FileFault::malformed, "header"},
        {"{}@{}", 0, FileFault::malformed, "header"},
        {"{}@x", 0, FileFault::malformed, "header"},
        {"{}@]", 0, FileFault::malformed, "header"},
        {"{@,}", 0, FileFault::malformed, "header"},
        {"{@/**/}", 0, FileFault::malformed, "header"},
        {a + entry + ",@}", 8, FileFault::malformed, "header"},
        {a + entry + "@", 8, FileFault::malformed, "header"},
        {a + "@", 0, FileFault::malformed, "header"},
        {R"({"a)", 0, FileFault::malformed, "header"},
        {R"({'a':)" + entry + "}", 8, FileFault::malformed, "header"},
        {a + entry + R"( "b@":)" + entry + "}", 8, FileFault::malformed, "header"},
        // names
        {R"({""@:)" + entry + "}", 8, FileFault::malformed, "name"},
        {R"({"a/../b"@:)" + entry + "}", 8, FileFault::malformed, "name"},
        {R"({"../a"@:)" + entry + "}", 8, FileFault::malformed, "name"},
        {R"({"\u202e"@:)" + entry + "}", 8, FileFault::malformed, "name"},
        {R"({"\u200f"@:)" + entry + "}", 8, FileFault::malformed, "name"},
        {R"({"\u0085"@:)" + entry + "}", 8, FileFault::malformed, "name"},
        {"{\"" + std::string(513, 'n') + "\"@:" + entry + "}", 8, FileFault::malformed, "name"},
        {"{\"" + std::string(1000000, 'n') + "\"@:" + entry + "}", 8, FileFault::malformed, "name"},
        {R"({"\ud800@":)" + entry + "}", 8, FileFault::malformed, "header"},
        {R"({"\udc00\ud800":)" + entry + "}", 8, FileFault::malformed, "header"},
        // duplicates
        {a + entry + R"(,"a":)" + entry + "@}", 8, FileFault::malformed, "name"},
        {a + entry + R"(,"\u0061":)" + entry + "@}", 8, FileFault::malformed, "name"},
        {a + entry + R"(,"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}@})", 16, FileFault::malformed,
         "name"},
        {R"({"__metadata__":{},"__metadata__"@:{}})", 0, FileFault::malformed, "key"},
        {R"({"__metadata__":{"k":"v","k"@:"v"}})", 0, FileFault::malformed, "__metadata__"},
        {R"({"__metadata__":{"k":"v","\u006b"@:"w"}})", 0, FileFault::malformed, "__metadata__"},
        {a + R"({"dtype":"F32","dtype"@:"F32","shape":[2],"data_offsets":[0,8]}})", 8, FileFault::malformed,
         "field"},
        {a + R"({"dtype":"F32","shape":[2],"shape"@:[2],"data_offsets":[0,8]}})", 8, FileFault::malformed,
         "field"},
        {a + R"({"data_offsets":[0,8],"dtype":"F32","shape":[2],"data_offsets"@:[0,8]}})", 8,
         FileFault::malformed, "field"},
        // fields
        {a + R"({"shape":[2],"data_offsets":[0,8]}@})", 8, FileFault::malformed, "entry of 'a'"},
        {a + R"({"dtype":"F32","data_offsets":[0,8]}@})", 8, FileFault::malformed, "entry of 'a'"},
        {a + R"({"dtype":"F32","shape":[2]}@})", 8, FileFault::malformed, "entry of 'a'"},
        {a + R"({}@})", 8, FileFault::malformed, "entry of 'a'"},
        {a + R"({"dtype":"F32","shape":[2],"data_offsets":[0,8],"x"@:1}})", 8, FileFault::malformed,
         "field of 'a'"},
        {a + R"({"Dtype"@:"F32","shape":[2],"data_offsets":[0,8]}})", 8, FileFault::malformed,
         "field of 'a'"},
        // shape
        {a + R"({"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2@],"data_offsets":[0,8]}})", 8, FileFault::limit,
         "shape"},
        {a + R"({"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}@})", 0, FileFault::limit,
         "shape"},
        {a + R"({"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}@})", 0, FileFault::limit,
         "shape"},
        {a + R"({"dtype":"F32","shape":[4194305,4194305,211106198978564],"data_offsets":[0,16]}@})", 16,
         FileFault::limit, "shape"},
        {a + R"({"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}@})", 0, FileFault::limit,
         "shape"},
        // offsets
        {a + R"({"dtype":"F32","shape":[2],"data_offsets":[]@}})", 8, FileFault::malformed, "data_offsets"},
        {a + R"({"dtype":"F32","shape":[2],"data_offsets":[8]@}})", 8, FileFault::malformed, "data_offsets"},
        {a + R"({"dtype":"F32","shape":[2],"data_offsets":[0,8,8@]}})", 8, FileFault::malformed,
         "data_offsets"},
        {a + R"({"dtype":"F32","shape":[2],"data_offsets":[8,0]}@})", 8, FileFault::malformed,
         "data_offsets"},
        {a + R"({"dtype":"F32","shape":[2],"data_offsets":[0,9]}@})", 9, FileFault::malformed,
         "data_offsets"},
        {a + R"({"dtype":"F32","shape":[2],"data_offsets":[0,7]}@})", 7, FileFault::malformed,
         "data_offsets"},
        {a + R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]}@})", 7, FileFault::truncated,
         "data_offsets"},
        {a + R"({"dtype":"F32","shape":[2],"data_offsets":[18446744073709551608,0]}@})", 8,
         FileFault::malformed, "data_offsets"},
        {a + R"({"dtype":"F32","shape":[2],"data_offsets":[0,18446744073709551615]}@})", 8,
         FileFault::truncated, "data_offsets"},
        {a + R"({"dtype":"F32","shape":[1],"data_offsets":[0,0]}@})", 0, FileFault::malformed,
         "data_offsets"},
        {a + R"({"dtype":"F32","shape":[0],"data_offsets":[0,4]}@})", 4, FileFault::malformed,
         "data_offsets"},
        // cover
        {a + R"({"dtype":"F32","shape":[2],"data_offsets":[1,9]}@})", 9, FileFault::malformed,
         "data_offsets of 'a'"},
        {a + entry + R"(,"b":{"dtype":"U8","shape":[1],"data_offsets":[9,10]}@})", 10, FileFault::malformed,
         "data_offsets of 'b'"},
        {a + entry + R"(,"b":{"dtype":"U8","shape":[2],"data_offsets":[7,9]}@})", 9, FileFault::malformed,
         "data_offsets of 'b'"},
        {a + entry + R"(,"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}@})", 8, FileFault::malformed,
         "data_offsets of 'b'"},
        {a + entry + R"(,"b":{"dtype":"U8","shape":[0],"data_offsets":[4,4]}@})", 8, FileFault::malformed,
         "data_offsets of 'b'"},
        {a + entry + "}", 9, FileFault::excess, "data"},
        {"{}", 1, FileFault::excess, "data"},
        {a + R"({"dtype":"F32","shape":[0],"data_offsets":[0,0]}})", 4, FileFault::excess, "data"},
    };
    for (const char* dtype : {"", "f32", "F33", "F4", "F8", "C64", "float", "F32 ", "F32\\u0000"}) {
        cases.push_back({a + R"({"dtype":")" + dtype + R"("@,"shape":[2],"data_offsets":[0,8]}})", 8,
                         FileFault::unsupported, "dtype of 'a'"});
    }
    for (int c = 0; c < 0x20; ++c) {  // escaped: an invalid name; as a byte: invalid JSON
        const std::string digits = std::string(1, "01"[c / 16]) + "0123456789abcdef"[c % 16];
        cases.push_back({R"({"x\u00)" + digits + "\"@:" + entry + "}", 8, FileFault::malformed, "name"});
        cases.push_back({"{\"x@" + std::string(1, static_cast<char>(c)) + "\":" + entry + "}", 8,
                         FileFault::malformed, "header"});
        if (c != '\t' && c != '\n' && c != '\r') {
            cases.push_back(
                {"{@" + std::string(1, static_cast<char>(c)) + "}", 0, FileFault::malformed, "header"});
            cases.push_back(
                {"{}@" + std::string(1, static_cast<char>(c)), 0, FileFault::malformed, "header"});
        }
    }
    for (const char* bytes :
         {"\x80", "\xC0\x80", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF", "\xC3"}) {
        cases.push_back(
            {"{\"" + std::string(bytes) + "\":" + entry + "}", 8, FileFault::malformed, "header"});
        cases.push_back(
            {"{\"__metadata__\":{\"k\":\"" + std::string(bytes) + "\"}}", 0, FileFault::malformed, "header"});
    }
    // each kind of value in the place of another
    const std::vector<std::string> kinds{"null",     "true", "false", "\"x\"", "{}",
                                         "[]",       "[[]]", "7",     "-1",    "-0",
                                         "1.0",      "1e3",  "0.5",   "1E400", "18446744073709551616",
                                         "{\"x\":1}"};
    const auto is_number = [](const std::string& kind) { return kind == "7"; };
    for (const std::string& kind : kinds) {
        const bool object = kind[0] == '{', text = kind[0] == '"', array = kind == "[]";
        if (!object) {
            cases.push_back({a + kind + "}", 0, FileFault::malformed, kind == "1E400" ? "header" : "'a'"});
            cases.push_back({R"({"__metadata__":)" + kind + "}", 0, FileFault::malformed, ""});
        }
        if (!text) {
            cases.push_back({R"({"__metadata__":{"k":)" + kind + "}}", 0, FileFault::malformed, ""});
            cases.push_back({a + R"({"dtype":)" + kind + "}}", 0, FileFault::malformed, ""});
        }
        if (!array) {
            cases.push_back({a + R"({"shape":)" + kind + "}}", 0, FileFault::malformed, ""});
            cases.push_back({a + R"({"data_offsets":)" + kind + "}}", 0, FileFault::malformed, ""});
        }
        if (!is_number(kind)) {
            cases.push_back({a + R"({"dtype":"F32","data_offsets":[0,8],"shape":[)" + kind + "]}}", 8,
                             FileFault::malformed, ""});
            cases.push_back(
                {a + R"({"dtype":"F32","data_offsets":[0,)" + kind + "]}}", 8, FileFault::malformed, ""});
            cases.push_back(
                {a + R"({"dtype":"F32","data_offsets":[)" + kind + ",8]}}", 8, FileFault::malformed, ""});
        }
    }
    for (const char* number :
         {"01", "+1", "0x1", "1.", ".5", "1L", "1_0", "NaN", "Infinity", "--1", "1e", ""}) {
        cases.push_back(
            {a + R"({"dtype":"F32","shape":[2,)" + number + "]}}", 8, FileFault::malformed, "header"});
    }
    for (const Case& wrong : cases) {
        check(wrong);
    }
    CHECK(cases.size() >= 350);
}

TEST_CASE("a large length of the header does not overflow") {
    const auto with_length = [](std::uint64_t length, std::string_view rest) {
        const auto bytes = std::bit_cast<std::array<char, 8>>(length);
        return std::string(bytes.data(), 8) + std::string(rest);
    };
    const std::uint64_t most = ~std::uint64_t{0};
    for (const std::uint64_t length :
         {most, most - 7, most - 8, most / 2 + 1, std::uint64_t{3}, std::uint64_t{1} << 32}) {
        const auto error = refused(with_length(length, "{}"));
        REQUIRE(error);
        CHECK(error->fault == FileFault::truncated);
        CHECK(error->offset == 0);
        CHECK(error->got == std::to_string(length));
    }
    CHECK(refused(with_length(0, ""))->fault == FileFault::malformed);
    CHECK(refused(with_length(1, "{}"))->fault == FileFault::malformed);
    for (std::size_t size = 0; size < 8; ++size) {
        const auto error = refused(std::string(size, '\0'));
        CHECK(error->fault == FileFault::truncated);
        CHECK(error->offset == size);
    }
}

TEST_CASE("limits are enforced and can be raised") {
    const std::string wide = safetensors("{}" + std::string(100, ' '), 0);
    CHECK(refused(wide, {.header_bytes = 101})->fault == FileFault::limit);
    CHECK_FALSE(refused(wide, {.header_bytes = 102}));
    std::string text = "{", metadata = "{\"__metadata__\":{";
    for (int i = 0; i < 20; ++i) {
        text += (i == 0 ? "\"" : ",\"") + std::to_string(i) +
                R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
        metadata += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":\"\"";
    }
    const std::string many = safetensors(text + "}", 0), notes = safetensors(metadata + "}}", 0);
    CHECK(refused(many, {.tensors = 19})->fault == FileFault::limit);
    CHECK_FALSE(refused(many, {.tensors = 20}));
    CHECK(refused(notes, {.metadata_entries = 19})->fault == FileFault::limit);
    CHECK_FALSE(refused(notes, {.metadata_entries = 20}));
}

TEST_CASE("deep and wide headers need no stack and little time") {
    const auto start = std::chrono::steady_clock::now();
    for (const char* opening : {"[", "{\"a\":", "{\"__metadata__\":", "{\"a\":{\"shape\":["}) {
        std::string text = opening[0] == '[' ? "{\"a\":" : "";
        for (int i = 0; i < 100000; ++i) {
            text += opening;
        }
        CHECK(refused(safetensors(text, 0)));
    }
    std::string text = "{";
    for (int i = 0; i < 100000; ++i) {
        text += (i == 0 ? "\"" : ",\"") + std::to_string(i % 99999) +
                R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
    }
    CHECK(refused(safetensors(text + "}", 0))->field == "name");
    CHECK(std::chrono::steady_clock::now() - start <
          std::chrono::seconds(60));  // hours, if the time were quadratic
}

}  // namespace io_detail_safetensors_header_test
