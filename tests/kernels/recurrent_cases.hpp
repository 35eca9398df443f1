#pragma once

// Tests for every recurrent layer, for any number of gates.

#include <alrao/model/model.hpp>
#include <alrao/model/predict.hpp>

#include "../laws/layer_table.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <vector>

namespace recurrent_cases {

using namespace alrao;

inline double sigma(double x) { return 1 / (1 + std::exp(-x)); }

template <class Buffer>
void set(Buffer& buffer, std::initializer_list<double> numbers) {
    REQUIRE(buffer.size() == numbers.size());
    std::copy(numbers.begin(), numbers.end(), buffer.data());
}

/// `Layer` must have 37 units. The last gate of one unit adds infinities of opposite sign in one time
/// step.
template <class Layer, std::size_t Gates>
void check_first_not_finite() {
    laws::LoneLayer<Layer, OwnTiles<>, float> layer(features(3, true), 5, 9);
    laws::fill_layer(layer, 1, 0.3);
    const auto not_finite = [&] {
        std::vector<std::size_t> units;
        for (std::size_t u = 0; u < 37; ++u)
            if (!is_finite(layer.output_magnitude.data()[u])) units.push_back(u);
        return units;
    };
    layer.forward();
    CHECK(not_finite().empty());
    // In unit 21 in time step 4; the product of time step 5 passes it on to all units.
    constexpr std::size_t column = (Gates - 1) * 37 + 21;
    layer.values[0].data()[column] = -3e38F;
    layer.values[2].data()[column] = std::numeric_limits<float>::infinity();
    for (std::size_t row = 0; row < 45; ++row) layer.input.data()[3 * row] = row == 22 ? 2 : 0;
    layer.forward();
    CHECK(not_finite() == std::vector<std::size_t>{21});
    CHECK_FALSE(is_finite(layer.output.data()[42 * 37]));
}

/// `Layer` must have 21 units.
template <class Layer>
void check_gaps_between_rows() {
    struct Alone : Model<double, Sequence<3>, Layer> {
        using Alone::Model::Model;
    };
    struct Beside : Model<double, Sequence<3>, Concat<Layer, Branch<>>> {
        using Beside::Model::Model;
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
    const Block<const double> y = a.run(alone, x.data(), 4, 6), wide = b.run(beside, x.data(), 4, 6);
    REQUIRE(wide.channels == 24);
    for (std::size_t row = 0; row < y.rows; ++row)
        CHECK(std::equal(y.row(row), y.row(row) + 21, wide.row(row)));
}

}  // namespace recurrent_cases
