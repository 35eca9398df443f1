#include <alrao/graph/network.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/last_step.hpp>
#include <alrao/layers/lstm.hpp>

#include <doctest/doctest.h>

namespace layers_last_step_test {

using namespace alrao;

TEST_CASE("LastStep turns values per token into values per sample") {
    static_assert(LastStep::facts(features(7, true)).output == features(7));
    static_assert(LastStep::facts(features(7, true)).parameters.size == 0);
    CHECK(LastStep::facts(features(7)).refusal.reason ==
          Reason::needs_per_token_input_use_Tokens_and_Embedding);
    using Net = Network<Sequence<3>, LSTM<5>, LastStep, Dense<4>, SoftmaxClassifier<2>>;
    static_assert(Net::output_shape == features(2));
    static_assert(Net::training_elements(2, 7) > Net::training_elements(2, 6));
    CHECK_FALSE(Net::output_shape.per_token);
}

}  // namespace layers_last_step_test
