#pragma once

struct Net : alrao::Model<alrao::Input<4>, alrao::Dense<8>, alrao::ReLU,
                          alrao::AveragedHead<alrao::SoftmaxClassifier<3>, 2>> {
    using Model::Model;
};

inline constexpr float sample[4] = {0.1F, -0.2F, 0.3F, -0.4F};
