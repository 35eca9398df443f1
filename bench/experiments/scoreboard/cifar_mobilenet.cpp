#include "problems.hpp"
#include "samples.hpp"

namespace scoreboard {

// Named: g++ 12 could merge networks of equal names in unnamed namespaces of several files.
namespace of_cifar_mobilenet {

template <bool Norm, class Convolution>
using Normed = std::conditional_t<Norm, Branch<Convolution, BatchNorm>, Branch<Convolution>>;

/// Expands the channels four times, applies a depthwise convolution, and projects to Out channels.
template <bool Norm, std::size_t In, std::size_t Out, std::size_t Step>
using Bottleneck = Branch<Normed<Norm, Conv2d<4 * In, Kernel<1>>>, ReLU,
                          Normed<Norm, Conv2d<4 * In, Kernel<3>, Stride<Step>, Padding<1>, Groups<4 * In>>>,
                          ReLU, Normed<Norm, Conv2d<Out, Kernel<1>>>>;

template <std::size_t Width, bool Norm, class Head>
struct Net
    : Model<
          Input<32, 32, 3>, Normed<Norm, Conv2d<16 * Width, Kernel<3>, Stride<2>, Padding<1>>>, ReLU,
          Bottleneck<Norm, 16 * Width, 24 * Width, 2>, Residual<Bottleneck<Norm, 24 * Width, 24 * Width, 1>>,
          Bottleneck<Norm, 24 * Width, 32 * Width, 2>, Residual<Bottleneck<Norm, 32 * Width, 32 * Width, 1>>,
          Normed<Norm, Conv2d<128 * Width, Kernel<1>>>, ReLU, GlobalAveragePool2d, Head> {
    using Net::Model::Model;
};

}  // namespace of_cifar_mobilenet

using namespace of_cifar_mobilenet;

Outcome cifar_mobilenet(const Run& run) {
    const Usual usual{300, 32, 9'600};
    const Parts parts = cifar(run, usual.of(run.shift).samples);
    return run_shifted<Net, SoftmaxClassifier<10>, 2, true>(run,
                                                            data_of(parts, Extents{32, 32, 3}, usual, run));
}

}  // namespace scoreboard
