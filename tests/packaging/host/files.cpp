// A host program that saves its model to a file and opens a data set: it needs the dependency alrao-io.
#include "net.hpp"

#include <alrao/data/idx.hpp>
#include <alrao/io/safetensors.hpp>

#include <iostream>

namespace {

std::array<float, 2> opinion(const Net& net) {
    const std::array<float, 2> point{0.1F, 0.4F};
    std::array<float, 2> probabilities{};
    alrao::predict(net, std::span<const float>(point), std::span<float>(probabilities));
    return probabilities;
}

}  // namespace

int main() {
    const Net net{alrao::Seed{1}};
    Net loaded{alrao::Seed{2}};
    alrao::save(net, "host.safetensors");
    alrao::load(loaded, "host.safetensors");
    try {
        (void)alrao::data::read_idx("host.safetensors");
        return 1;
    } catch (const alrao::FileError& error) {
        std::cout << error.what() << '\n';
    }
    return opinion(loaded) == opinion(net) ? 0 : 1;
}
