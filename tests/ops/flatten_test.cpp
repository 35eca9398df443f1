#include "../laws/law_nets.hpp"

#include <alrao/ops/flatten.hpp>

#include <doctest/doctest.h>

namespace ops_flatten_test {

using namespace alrao;

TEST_CASE("Flatten reads an image row by row, channels last, and copies nothing") {
    struct Net : Model<double, Input<2, 2, 2>, Flatten> {
        using Model::Model;
    };
    Threads threads(1);
    const Net net(Seed{1});
    Workspace<Net> workspace(2, threads);
    double x[16];
    for (std::size_t i = 0; i < 16; ++i) x[i] = static_cast<double>(i);
    const Block<const double> y = workspace.run(net, x, 2);
    CHECK(y.rows == 2);
    CHECK(y.channels == 8);
    CHECK(y.data == x);
}

}  // namespace ops_flatten_test
