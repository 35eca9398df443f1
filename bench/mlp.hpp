#pragma once

#include <alrao/alrao.hpp>

namespace bench {

/// The MLP of the benchmarks, with one copy of the head.
struct PlainMlp : alrao::Model<alrao::Input<784>, alrao::Dense<512>, alrao::ReLU, alrao::Dense<512>,
                               alrao::ReLU, alrao::SoftmaxClassifier<10>> {
    using Model::Model;
};
/// The same MLP with ten copies of the head.
struct AlraoMlp : alrao::Model<alrao::Input<784>, alrao::Dense<512>, alrao::ReLU, alrao::Dense<512>,
                               alrao::ReLU, alrao::AveragedHead<alrao::SoftmaxClassifier<10>, 10>> {
    using Model::Model;
};

}  // namespace bench
