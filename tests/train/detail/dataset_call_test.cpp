#include <alrao/train/dataset.hpp>

#include <doctest/doctest.h>

#include <list>
#include <utility>
#include <vector>

namespace train_detail_dataset_call_test {

using namespace alrao;

namespace dataset_calls {  // in a unit with other tests
namespace {
using Floats = std::vector<float>&;
using Labels = std::vector<std::int32_t>&;
using Rows = std::vector<std::vector<float>>&;
using Many = const float*;
using Classes = const std::int32_t*;
using F = detail::DatasetFault;
template <class... Given>
constexpr F fault = detail::dataset_fault<float, Given...>();
}  // namespace

TEST_CASE("correct arguments have no fault") {
    CHECK(fault<> == F::none);
    CHECK(fault<Floats, Labels> == F::none);
    CHECK(fault<Floats, Floats, Extents> == F::none);
    CHECK(fault<Floats, Labels, const Extents&> == F::none);
    CHECK(fault<Many, Classes, int, Extents> == F::none);
    CHECK(fault<float(&)[4], std::int32_t(&)[2], int, Extents> == F::none);
    CHECK(fault<Many, Many, std::size_t, Extents, int> == F::none);
    CHECK(fault<const Dataset<float>&> == F::none);
}

TEST_CASE("other arguments have the first of their faults") {
    CHECK(fault<Floats> == F::alone);
    CHECK(fault<int> == F::alone);
    CHECK(fault<std::pair<int, int>&> == F::alone);
    CHECK(fault<Dataset<double>&> == F::other_dataset);
    CHECK(fault<Labels, Floats> == F::swapped);
    CHECK(fault<std::vector<double>&, Labels> == F::inputs);
    CHECK(fault<Floats, std::vector<long>&> == F::labels);
    CHECK(fault<Rows, Labels> == F::rows);
    CHECK(fault<Floats, Rows> == F::rows);
    CHECK(fault<std::list<float>&, Labels> == F::pieces);
    CHECK(fault<float(&)[4], std::int32_t(&)[2]> == F::pieces);
    CHECK(fault<int, Labels> == F::no_inputs);
    CHECK(fault<Floats, Extents> == F::no_labels);
    CHECK(fault<Floats, Labels, int> == F::extents);
    CHECK(fault<Floats, Labels, int, Extents> == F::extents);
    CHECK(fault<Floats, std::vector<float>> == F::temporary);
    CHECK(fault<Many, Classes> == F::pointers);
    CHECK(fault<Many, Classes, int, int> == F::pointers);
    CHECK(fault<Many, Classes, int> == F::pointers);
    CHECK(fault<Many, Many, int, Extents> == F::pointers_to_targets);
}

TEST_CASE("extents can be in braces, also after labels") {
    const std::vector<float> x(12);
    const std::vector<std::int32_t> y(3);
    CHECK(Dataset(x, y, {2, 2}).sample() == Extents{2, 2});
    CHECK(Dataset(x, y, Extents{2, 2, 1}).size() == 3);
    CHECK(Dataset(x, x, {2}).size() == 6);
    CHECK(Dataset<float>(x.data(), y.data(), 3, {4}).sample() == Extents{4});
    CHECK(Dataset<float>(x.data(), x.data(), 3, {2, 2}, 4).outputs() == 4);
    CHECK_THROWS_AS(Dataset(x, y, {5}), ArgumentError);
    CHECK_THROWS_AS(Dataset(x, y, {2}), ArgumentError);
    CHECK_THROWS_AS(Dataset(x, y, {1, 1, 2, 2, 1}), ArgumentError);
}

}  // namespace dataset_calls

}  // namespace train_detail_dataset_call_test
