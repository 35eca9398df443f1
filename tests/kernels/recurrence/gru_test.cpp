#include <alrao/kernels/recurrence/gru.hpp>

#include "../recurrent_cases.hpp"
#include <doctest/doctest.h>

#include <cmath>

namespace kernels_recurrence_gru_test {

using namespace alrao;
using namespace recurrent_cases;

TEST_CASE(
    "GRU: one unit and two time steps as computed by hand; the reset gate scales the product and its bias") {
    laws::LoneLayer<GRU<1>, OwnTiles<>, double> layer(features(1, true), 1, 2);
    set(layer.input, {2, -1});
    set(layer.values[0], {1, -1, 0.5});  // r, z, n
    set(layer.values[1], {3, 0.25, -2});
    set(layer.values[2], {0.5, 0, 0.125});
    set(layer.values[3], {0.5, 1, 0.75});
    set(layer.carried, {0.25});
    layer.forward();
    double h = 0.25;
    for (const double x : {2.0, -1.0}) {
        const double r = sigma(x + 1 + 3 * h), z = sigma(-x + 1 + 0.25 * h);
        const double n = std::tanh(0.5 * x + 0.125 + r * (-2 * h + 0.75));
        h = (1 - z) * n + z * h;
        CHECK(layer.output.data()[x < 0] == doctest::Approx(h).epsilon(1e-14));
    }
    CHECK(layer.carried_on.data()[0] == layer.output.data()[1]);
}

TEST_CASE("GRU: only units of the first time step with values that are not finite have such magnitudes") {
    check_first_not_finite<GRU<37>, 3>();
}

TEST_CASE("GRU: the output may have gaps between its rows, as in a branch of a Concat") {
    check_gaps_between_rows<GRU<21>>();
}

}  // namespace kernels_recurrence_gru_test
