#pragma once

#include <alrao/alrao.hpp>

namespace bench {

/// The MLP of the benchmarks, with one output layer and with ten averaged copies of it.
struct PlainMlp : alrao::Model<alrao::Input<784>, alrao::Dense<512>, alrao::ReLU, alrao::Dense<512>,
                               alrao::ReLU, alrao::SoftmaxClassifier<10>> {
    using Model::Model;
};
struct AlraoMlp : alrao::Model<alrao::Input<784>, alrao::Dense<512>, alrao::ReLU, alrao::Dense<512>,
                               alrao::ReLU, alrao::AveragedHead<alrao::SoftmaxClassifier<10>, 10>> {
    using Model::Model;
};

}  // namespace bench
