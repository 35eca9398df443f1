// This file includes no header of the BLAS kernels: Predictor must not need them.
#include <alrao/layers/activation.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/model/model.hpp>
#include <alrao/model/workspace.hpp>
#include <alrao/ops/activation.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/softmax_head.hpp>

#include <doctest/doctest.h>

#include <array>
#include <type_traits>

namespace model_workspace_test {

using namespace alrao;

namespace {
struct SumNet : Model<Input<2>, Dense<1>, ReLU> {
    using Model::Model;
};
}  // namespace

static_assert(std::is_base_of_v<Workspace<SumNet, OwnTiles<>>, Predictor<SumNet>>);
static_assert(kernels::included<OwnTiles<>> && kernels::included<Exact<OwnTiles<>>>);

TEST_CASE("a Predictor uses OwnTiles for all compiler flags") {
    SumNet net{Seed{1}};
    const auto set = [&](std::size_t parameter, std::size_t row, float value) {
        const ParameterEntry& entry = SumNet::parameters[parameter];
        net.parameter_buffer()[entry.offset + row * entry.columns] = value;
    };
    set(0, 0, 2), set(0, 1, -3), set(1, 0, 0.5F);
    Threads threads(1);
    Predictor<SumNet> predictor(2, threads);
    const std::array<float, 4> inputs{4, 1, 1, 2};
    const auto rows = predictor.run(net, inputs.data(), 2);
    REQUIRE(rows.rows == 2);
    CHECK(rows.row(0)[0] == 5.5F);
    CHECK(rows.row(1)[0] == 0.0F);
    CHECK(predictor.run(net, inputs.data(), 1).row(0)[0] == 5.5F);
}

}  // namespace model_workspace_test
