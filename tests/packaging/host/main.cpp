// A host program: learns which of two numbers is larger, and calls the other translation unit.
#include "net.hpp"

#include <cstdint>
#include <iostream>
#include <vector>

using namespace alrao;

int main() {
    Philox random{Seed{1}, 0};
    std::vector<float> points(2000);
    std::vector<std::int32_t> larger(1000);
    for (float& number : points) number = static_cast<float>(random.uniform()) - 0.5F;
    for (std::size_t i = 0; i < 1000; ++i) larger[i] = points[2 * i + 1] > points[2 * i] ? 1 : 0;

    Net net{Seed{1}};
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-3, 10}, Seed{2}};
    const Dataset<float> data{points.data(), larger.data(), larger.size(), Extents{2}};
    fit(net, optimizer, data, {.epochs = 20, .threads = 2});

    const std::array<float, 2> point{0.1F, 0.4F};
    std::array<float, 2> here{};
    predict(net, std::span<const float>(point), std::span<float>(here));
    const std::array<float, 2> there = other(net, point);
    std::cout << build_info().backend << ", " << build_info().instruction_set << ": " << here[1] << ' '
              << there[1] << '\n';
    const bool same = std::abs(here[1] - there[1]) < 1e-5F;
    return same && here[1] > 0.9F && evaluate(net, data).accuracy > 0.9 ? 0 : 1;
}
