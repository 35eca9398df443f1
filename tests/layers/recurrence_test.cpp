#include <alrao/layers/gru.hpp>
#include <alrao/layers/lstm.hpp>
#include <alrao/layers/recurrence.hpp>

#include <doctest/doctest.h>

namespace layers_recurrence_test {

using namespace alrao;

TEST_CASE("facts of a recurrent layer depend on its number of gates") {
    constexpr Facts lstm = LSTM<40>::facts(features(24, true)), gru = GRU<40>::facts(features(24, true));
    std::size_t of_lstm = 0, of_gru = 0;
    for (std::size_t p = 0; p < 4; ++p) {
        of_lstm += lstm.parameters[p].extents.size();
        of_gru += gru.parameters[p].extents.size();
    }
    CHECK(of_lstm == 4 * (24 + 40 + 2) * 40);
    CHECK(3 * of_lstm == 4 * of_gru);
    CHECK(3 * lstm.flops == doctest::Approx(4 * gru.flops));
    CHECK(lstm.flops >= 2.0 * 4 * (24 + 40) * 40);
    // Weights are packed in whole groups of units.
    CHECK(lstm.forward_scratch.fixed == 4 * 40 * 64);
    CHECK(gru.backward_scratch.fixed == 3 * 40 * 64);
    CHECK(layers::recurrent_facts(features(4), 3, 8).refusal);
}

}  // namespace layers_recurrence_test
