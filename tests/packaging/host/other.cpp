#include "net.hpp"

std::array<float, 2> other(const Net& net, const std::array<float, 2>& point) {
    std::array<float, 2> opinion{};
    alrao::predict(net, std::span<const float>(point), std::span<float>(opinion));
    return opinion;
}
