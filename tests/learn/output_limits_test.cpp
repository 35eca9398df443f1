#include <alrao/learn/output_limits.hpp>

#include "small_task.hpp"
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace learn_output_limits_test {

using namespace alrao;
using Net = small::Mlp<float, 4>;

TEST_CASE("limits are unknown before they are set and after they are forgotten") {
    OutputLimits<Net> limits;
    CHECK(limits.numbers() == std::vector<double>(Net::node_count, 0));
    CHECK_FALSE(limits.known(1));
    limits.set(1, 20);
    CHECK(limits.known(1));
    CHECK(limits.of(1) == 20);
    CHECK_FALSE(limits.known(0));
    limits.forget(1);
    CHECK(limits.of(1) == 0);
    CHECK_FALSE(limits.known(1));
}

TEST_CASE("restored limits must be 0 or more, one for each leaf") {
    std::vector<double> numbers(Net::node_count, 3);
    CHECK(OutputLimits<Net>::accepts(numbers));
    OutputLimits<Net> limits;
    limits.restore(numbers);
    CHECK(limits.of(Net::node_count - 1) == 3);
    for (const double bad : {-1.0, std::nan("")})
        CHECK_FALSE(OutputLimits<Net>::accepts(std::vector<double>(Net::node_count, bad)));
    CHECK_FALSE(OutputLimits<Net>::accepts(std::vector<double>(Net::node_count + 1, 3)));
}

TEST_CASE("the guard sets the limits of layers that report outputs on the first batch only") {
    small::Batches<float> data;
    Threads threads;
    TrainingPass<Net> pass(small::batch, threads);
    Net net{Seed{1}};
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-3, 0.3}, Seed{2}};
    take_step(net, optimizer, pass, data.at(0));
    const std::vector<double> first = optimizer.snapshot().limits;
    std::size_t known = 0;
    for (const double limit : first) known += limit > 0;
    CHECK(known > 0);
    for (std::uint64_t s = 1; s < 5; ++s) take_step(net, optimizer, pass, data.at(s));
    CHECK(optimizer.snapshot().limits == first);
}

}  // namespace learn_output_limits_test
