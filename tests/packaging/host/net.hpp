#pragma once
#include <alrao/alrao.hpp>

#include <array>

struct Net : alrao::Model<alrao::Input<2>, alrao::Dense<16>, alrao::ReLU,
                          alrao::AveragedHead<alrao::SoftmaxClassifier<2>, 3>> {
    using Model::Model;
};

std::array<float, 2> other(const Net& net, const std::array<float, 2>& point);
