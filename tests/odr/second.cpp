#include <alrao/io/safetensors.hpp>
// then
#include <alrao/data/fashion_mnist.hpp>
// then
#include <alrao/alrao.hpp>

#include "net.hpp"

#include <array>

std::array<float, 3> second() {
    std::array<float, 3> probabilities{};
    alrao::predict(Net{alrao::Seed{1}}, std::span<const float>(sample), std::span<float>(probabilities));
    return probabilities;
}
