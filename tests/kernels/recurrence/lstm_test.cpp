#include <alrao/kernels/recurrence/lstm.hpp>

#include "../recurrent_cases.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

namespace kernels_recurrence_lstm_test {

using namespace alrao;
using namespace recurrent_cases;

TEST_CASE("LSTM: one unit and two time steps as computed by hand") {
    laws::LoneLayer<LSTM<1>, OwnTiles<>, double> layer(features(1, true), 1, 2);
    set(layer.input, {2, -1});
    set(layer.values[0], {1, -1, 0.5, 2});  // i, f, g, o
    set(layer.values[1], {3, 0.25, -2, 1});
    set(layer.values[2], {0.5, 0, 0, 1});
    set(layer.values[3], {0.5, 1, 0, -1});
    set(layer.carried, {0.25, -0.5});  // state, cell
    layer.forward();
    double h = 0.25, c = -0.5;
    for (const double x : {2.0, -1.0}) {
        const double i = sigma(x + 1 + 3 * h), f = sigma(-x + 1 + 0.25 * h);
        const double g = std::tanh(0.5 * x - 2 * h), o = sigma(2 * x + h);
        c = f * c + i * g;
        h = o * std::tanh(c);
        CHECK(layer.output.data()[x < 0] == doctest::Approx(h).epsilon(1e-14));
    }
    CHECK(layer.carried_on.data()[0] == layer.output.data()[1]);
    CHECK(layer.carried_on.data()[1] == doctest::Approx(c).epsilon(1e-14));
    CHECK(layer.output_magnitude.data()[0] == std::max(std::abs(layer.output.data()[0]), std::abs(h)));
}

TEST_CASE("LSTM: only units of the first time step with values that are not finite have such magnitudes") {
    check_first_not_finite<LSTM<37>, 4>();
}

TEST_CASE("LSTM: the output may have gaps between its rows, as in a branch of a Concat") {
    check_gaps_between_rows<LSTM<21>>();
}

}  // namespace kernels_recurrence_lstm_test
