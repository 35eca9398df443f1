#include <alrao/alrao.hpp>
// then
#include <alrao/data/fashion_mnist.hpp>
// then
#include <alrao/io/safetensors.hpp>

#include "net.hpp"

#include <array>

std::array<float, 3> second();

int main() {
    std::array<float, 3> first{};
    alrao::predict(Net{alrao::Seed{1}}, std::span<const float>(sample), std::span<float>(first));
    return first == second() ? 0 : 1;
}
