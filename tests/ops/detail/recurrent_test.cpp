#include <alrao/ops/detail/recurrent.hpp>

#include <doctest/doctest.h>

namespace ops_detail_recurrent_test {

using namespace alrao;

TEST_CASE("parameters and gradients are read by the indices of RecurrentParameter") {
    float values[4] = {}, gradients[4] = {}, magnitudes[4] = {};
    Context<float> context;
    context.time_steps = 3;
    context.batch_size = 2;
    context.input.channels = 5;
    context.output.channels = 7;
    for (std::size_t p = 0; p < 4; ++p)
        context.parameter[p] = {values + p, gradients + p, magnitudes + p, 1, 1};
    const kernels::Recurrence extent = detail::recurrence(context);
    CHECK(extent.rows() == 6);
    CHECK(extent.inputs == 5);
    CHECK(extent.hidden == 7);
    CHECK(detail::recurrent_values(context).input_weight == values);
    CHECK(detail::recurrent_values(context).recurrent_weight == values + 1);
    CHECK(detail::recurrent_gradients(context).input_bias == gradients + 2);
    CHECK(detail::recurrent_magnitudes(context).recurrent_bias == magnitudes + 3);
}

}  // namespace ops_detail_recurrent_test
