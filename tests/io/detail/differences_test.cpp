#include <alrao/io/detail/differences.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace io_detail_differences_test {

using namespace alrao;
using io::DType;
using io::detail::Differences;

namespace {

io::TensorFile file_of_two() {
    io::TensorFile file;
    file.add<float>("a", {2}, std::vector<float>{1, 2});
    file.add<double>("b", {1}, std::vector<double>{3});
    file.metadata["layers"] = "Dense<2>; ReLU";
    return file;
}

std::string said(const Differences& differences) {
    try {
        differences.raise_if_any("file");
    } catch (const FileError& error) {
        return error.got;
    }
    return "";
}

}  // namespace

TEST_CASE("a file with the expected content has no differences") {
    const io::TensorFile file = file_of_two();
    Differences differences;
    differences.expect_values<float>(file, "a", {2});
    differences.expect(file, "b", DType::f64, {1});
    differences.expect_if_there(file, "c", DType::f64, {1});
    differences.expect_layers(file, {"Dense<2>", "ReLU"});
    differences.refuse_others(file, "optimizer.");
    CHECK(said(differences).empty());
}

TEST_CASE("the message lists each difference") {
    const io::TensorFile file = file_of_two();
    Differences differences;
    differences.expect_layers(file, {"Dense<2>", "Tanh"});
    differences.expect_values<float>(file, "a", {3});
    differences.expect(file, "c", DType::f64, {1});
    differences.refuse_others(file, "optimizer.");
    const std::string text = said(differences);
    for (const char* part : {"layer ReLU in the file, Tanh in the model", "a is F32 [2] in the file",
                             "c is missing", "b is not part of the model"})
        CHECK_MESSAGE(text.find(part) != std::string::npos, text);
}

TEST_CASE("the message lists eight differences and counts the others") {
    const io::TensorFile file;
    Differences differences;
    for (int i = 0; i < 11; ++i) differences.expect(file, "array" + std::to_string(i), DType::f32, {1});
    const std::string text = said(differences);
    CHECK(text.find("array7 is missing; and 3 more") != std::string::npos);
}

}  // namespace io_detail_differences_test
