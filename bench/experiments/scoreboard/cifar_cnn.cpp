#include "problems.hpp"
#include "samples.hpp"

namespace scoreboard {

// Named: g++ 12 could merge networks of equal names in unnamed namespaces of several files.
namespace of_cifar_cnn {

template <std::size_t Filters>
using Convolved = Branch<Conv2d<Filters, Kernel<3>, Padding<1>>, ReLU, MaxPool2d<2>>;

template <std::size_t Width, bool Norm, class Head>
struct Cnn : Model<Input<32, 32, 3>, Convolved<32 * Width>, Convolved<64 * Width>, Convolved<64 * Width>,
                   Flatten, Dense<128 * Width>, ReLU, Head> {
    using Cnn::Model::Model;
};

}  // namespace of_cifar_cnn

using namespace of_cifar_cnn;

Outcome cifar_cnn(const Run& run) {
    const Usual usual{400, 32, 10'000};
    const Parts parts = cifar(run, usual.of(run.shift).samples);
    return run_shifted<Cnn, SoftmaxClassifier<10>, 2, false>(run,
                                                             data_of(parts, Extents{32, 32, 3}, usual, run));
}

}  // namespace scoreboard
