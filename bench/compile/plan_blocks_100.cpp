// The plan of 100 residual blocks. Its cost should be at most about twice that of plan_blocks_50.
#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/composition.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/layers/pool2d.hpp>

using namespace alrao;

using Block = Residual<Conv2d<16, Kernel<3>, Padding<1>, NoBias>, BatchNorm, ReLU>;
struct Net : Network<Input<8, 8, 3>, Conv2d<16, Kernel<1>>, Repeat<100, Block, ReLU>, GlobalAveragePool2d,
                     SoftmaxClassifier<10>> {};
static_assert(Net::parameter_count == 3 * 16 + 16 + 100 * (9 * 16 * 16 + 2 * 16) + 16 * 10 + 10);
static_assert(Net::training_elements(32) > 0);
