#include <alrao/kernels/recurrence/recurrence.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/philox.hpp>

#include "../guarded_matrix.hpp"
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace kernels_recurrence_recurrence_test {

using namespace alrao;
using namespace alrao::kernels;

TEST_CASE("gradients of recurrent weights use the state before each time step, first the carried one") {
    for (const std::size_t steps : {1U, 2U, 5U}) {
        const std::size_t batch = 3, hidden = 5, columns = 8;
        Philox random(Seed{steps}, 0);
        GuardedMatrix<double> carried(batch, hidden, 2), state(steps * batch, hidden, 1),
            gates(steps * batch, columns, 0), gradient(hidden, columns, 3);
        for (auto* matrix : {&carried, &state, &gates}) matrix->fill([&] { return random.normal(); });
        std::vector<double> magnitude(columns);
        Threads threads(1);
        AlignedBuffer<double> workspace(
            kernels::detail::recurrence_workspace<OwnTiles<>, double>(steps * batch, hidden, hidden, 4, 1));
        kernels::detail::recurrent_gradients<OwnTiles<>, double>(
            {steps, batch, 1, hidden}, columns, carried.constant(), state.constant(), gates.constant(),
            gradient.matrix(), {.magnitude = magnitude.data()}, workspace.data(), threads);
        for (std::size_t c = 0; c < columns; ++c) {
            double most = 0;
            for (std::size_t u = 0; u < hidden; ++u) {
                double sum = 0;
                for (std::size_t row = 0; row < steps * batch; ++row)
                    sum += (row < batch ? carried.at(row, u) : state.at(row - batch, u)) * gates.at(row, c);
                CHECK(gradient.at(u, c) == doctest::Approx(sum));
                most = std::max(most, std::abs(gradient.at(u, c)));
            }
            CHECK(magnitude[c] == most);
        }
        CHECK(gradient.guards_intact());
    }
}

TEST_CASE(
    "the largest gradient of a unit is the maximum over its gates; values that are not finite are kept") {
    const double of_gates[] = {1, 5, 2, 3, 4, std::nan("")};
    double largest[2];
    kernels::detail::fold_gates(of_gates, 2, std::size_t{2}, largest);
    CHECK(largest[0] == 2);
    CHECK(largest[1] == 5);
    kernels::detail::fold_gates(of_gates, 3, std::size_t{2}, largest);
    CHECK(largest[0] == 4);
    CHECK(std::isnan(largest[1]));
}

}  // namespace kernels_recurrence_recurrence_test
