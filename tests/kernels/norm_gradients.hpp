#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

/// Compares the gradients of a normalisation with central differences of the sum of dy * y. `Norm` holds
/// a case in double: x, dy, y, dx, in rows `stride` apart, scale, shift and their gradients, the
/// magnitudes of these, forward() and backward().
template <class Norm>
void check_norm_gradients(Norm n) {
    n.forward();
    n.backward();
    const std::size_t rows = n.extent.rows, columns = n.extent.columns;
    const auto slope = [&](auto&& place) {
        const auto at = [&](double h) {
            Norm moved = n;
            place(moved) += h;
            moved.forward();
            double sum = 0;
            for (std::size_t r = 0; r < rows; ++r)
                for (std::size_t c = 0; c < columns; ++c)
                    sum += moved.y[r * n.stride + c] * n.dy[r * n.stride + c];
            return sum;
        };
        const double h = 1e-3;
        return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
    };
    const auto close = [](double want, double share) {
        return doctest::Approx(want).epsilon(share).scale(1);
    };
    for (std::size_t c = 0; c < columns; ++c) {
        for (std::size_t r = 0; r < rows; ++r) {
            const std::size_t i = r * n.stride + c;
            REQUIRE(n.dx[i] == close(slope([&](auto& m) -> double& { return m.x[i]; }), 1e-7));
        }
        REQUIRE(n.dscale[c] == close(slope([&](auto& m) -> double& { return m.scale[c]; }), 1e-8));
        REQUIRE(n.dshift[c] == close(slope([&](auto& m) -> double& { return m.shift[c]; }), 1e-8));
        REQUIRE(n.magnitude[c] == std::max(std::abs(n.dscale[c]), std::abs(n.dshift[c])));
    }
}
