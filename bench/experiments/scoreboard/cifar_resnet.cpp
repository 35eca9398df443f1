#include "problems.hpp"
#include "samples.hpp"

namespace scoreboard {

// Named: g++ 12 could merge networks of equal names in unnamed namespaces of several files.
namespace of_cifar_resnet {

template <bool Norm, class Convolution>
using Normed = std::conditional_t<Norm, Branch<Convolution, BatchNorm>, Branch<Convolution>>;
template <bool Norm, std::size_t Out, std::size_t Step>
using Two = Branch<Normed<Norm, Conv2d<Out, Kernel<3>, Stride<Step>, Padding<1>>>, ReLU,
                   Normed<Norm, Conv2d<Out, Kernel<3>, Padding<1>>>>;
template <bool Norm, std::size_t Out>
using Down = Residual<Two<Norm, Out, 2>, Shortcut<Normed<Norm, Conv2d<Out, Kernel<1>, Stride<2>>>>>;

/// A residual network with eight layers.
template <std::size_t Width, bool Norm, class Head>
struct Net : Model<Input<32, 32, 3>, Normed<Norm, Conv2d<16 * Width, Kernel<3>, Padding<1>>>, ReLU,
                   Residual<Two<Norm, 16 * Width, 1>>, ReLU, Down<Norm, 32 * Width>, ReLU,
                   Down<Norm, 64 * Width>, ReLU, GlobalAveragePool2d, Head> {
    using Net::Model::Model;
};

}  // namespace of_cifar_resnet

using namespace of_cifar_resnet;

Outcome cifar_resnet(const Run& run) {
    const Usual usual{300, 32, 9'600};
    const Parts parts = cifar(run, usual.of(run.shift).samples);
    return run_shifted<Net, SoftmaxClassifier<10>, 2, true>(run,
                                                            data_of(parts, Extents{32, 32, 3}, usual, run));
}

}  // namespace scoreboard
