#include <alrao/io/optimizer_state.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/ops/softmax_head.hpp>

#include <doctest/doctest.h>

namespace io_detail_file_call_test {

using namespace alrao;

namespace file_calls {  // other tests are in the same translation unit
namespace {
struct FileNet : Model<Input<4>, SoftmaxClassifier<2>> {
    using Model::Model;
};
struct Mine {};
using Of = OneRateOptimizer<FileNet>;
using State = CarriedState<FileNet>;
using Text = const char (&)[2];
using F = io::detail::FileCallFault;
template <class... Given>
constexpr F saving = io::detail::file_call_fault<false, Given...>();
template <class... Given>
constexpr F loading = io::detail::file_call_fault<true, Given...>();
}  // namespace

TEST_CASE("correct calls of save and load have no fault") {
    CHECK(saving<const FileNet&, Text> == F::none);
    CHECK(saving<FileNet, std::string> == F::none);
    CHECK(saving<FileNet&, const Of&, Text> == F::none);
    CHECK(saving<FileNet&, State&, Text> == F::none);
    CHECK(saving<FileNet&, State&, Of&, std::filesystem::path&> == F::none);
    CHECK(loading<FileNet&, State&, Of&, Text> == F::none);
}

TEST_CASE("functions named save and load for other types are not affected") {
    CHECK(saving<Mine&, Text> == F::none);
    CHECK(saving<FileNet&, Mine&, Text> == F::none);
    CHECK(saving<Text, int> == F::none);
}

TEST_CASE("incorrect calls report their first fault") {
    CHECK(saving<Text, FileNet&> == F::path_first);
    CHECK(saving<FileNet&, Text, Of&> == F::no_path);
    CHECK(saving<FileNet&, Of&> == F::no_path);
    CHECK(saving<FileNet&, Adam, Text> == F::rule);
    CHECK(saving<Of&, Text> == F::optimizer_alone);
    CHECK(loading<FileNet&, const Of&, Text> == F::const_given);
    CHECK(loading<FileNet&, State, Text> == F::temporary);
    CHECK(loading<const FileNet&, Text> == F::const_given);
}

}  // namespace file_calls

}  // namespace io_detail_file_call_test
