#include <alrao/kernels/gru.hpp>
#include <alrao/model/predict.hpp>

#include "../laws/layer_table.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <vector>

using namespace alrao;
using alrao::laws::fill_layer;
using alrao::laws::LoneLayer;

namespace {

double sigma(double x) {
    return 1 / (1 + std::exp(-x));
}

}  // namespace

TEST_CASE("one unit, two steps by hand: the reset gate scales the product and its bias") {
    LoneLayer<GRU<1>, OwnTiles<>, double> layer(features(1, true), 1, 2);
    const auto set = [](auto& buffer, std::initializer_list<double> numbers) {
        REQUIRE(buffer.size() == numbers.size());
        std::copy(numbers.begin(), numbers.end(), buffer.data());
    };
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

TEST_CASE("where units stop being finite, those of the first such step are named and no others") {
    LoneLayer<GRU<37>, OwnTiles<>, float> layer(features(3, true), 5, 9);
    fill_layer(layer, 1, 0.3);
    const auto not_finite = [&] {
        std::vector<std::size_t> units;
        for (std::size_t u = 0; u < 37; ++u)
            if (!is_finite(layer.output_magnitude.data()[u])) units.push_back(u);
        return units;
    };
    layer.forward();
    CHECK(not_finite().empty());
    // In unit 21 step 4 adds infinities of unlike sign; step 5's product hands that on to all
    // units.
    constexpr std::size_t column = (3 - 1) * 37 + 21;
    layer.values[0].data()[column] = -3e38F;
    layer.values[2].data()[column] = std::numeric_limits<float>::infinity();
    for (std::size_t row = 0; row < 45; ++row) layer.input.data()[3 * row] = row == 22 ? 2 : 0;
    layer.forward();
    CHECK(not_finite() == std::vector<std::size_t>{21});
    CHECK_FALSE(is_finite(layer.output.data()[42 * 37]));
}

TEST_CASE("the output may have gaps between its rows, as a branch of a Concat has") {
    using Layer = GRU<21>;
    struct Alone : Model<double, Sequence<3>, Layer> {
        using Model::Model;
    };
    struct Beside : Model<double, Sequence<3>, Concat<Layer, Branch<>>> {
        using Model::Model;
    };
    Threads threads(2);
    const Alone alone(Seed{1});
    Beside beside(Seed{1});
    std::copy(alone.parameter_buffer().begin(), alone.parameter_buffer().end(),
              beside.parameter_buffer().begin());
    Workspace<Alone> a(4, threads, 6);
    Workspace<Beside> b(4, threads, 6);
    std::vector<double> x(4 * 6 * 3);
    Philox random(Seed{3}, 0);
    for (double& number : x) number = random.normal();
    const Block<const double> y = a.run(alone, x.data(), 4, 6),
                              wide = b.run(beside, x.data(), 4, 6);
    REQUIRE(wide.channels == 24);
    for (std::size_t row = 0; row < y.rows; ++row)
        CHECK(std::equal(y.row(row), y.row(row) + 21, wide.row(row)));
}
