#include "problems.hpp"
#include "samples.hpp"

namespace scoreboard {

// Named: g++ 12 could merge networks of equal names in unnamed namespaces of several files.
namespace of_fashion_cnn {

template <bool Norm, std::size_t Filters>
using Convolved =
    std::conditional_t<Norm,
                       Branch<Conv2d<Filters, Kernel<3>, Padding<1>, NoBias>, BatchNorm, ReLU, MaxPool2d<2>>,
                       Branch<Conv2d<Filters, Kernel<3>, Padding<1>>, ReLU, MaxPool2d<2>>>;

template <std::size_t Width, bool Norm, class Head>
struct Cnn
    : Model<Input<28, 28, 1>, Convolved<Norm, 16 * Width>, Convolved<Norm, 32 * Width>, Flatten, Head> {
    using Cnn::Model::Model;
};

}  // namespace of_fashion_cnn

using namespace of_fashion_cnn;

Outcome fashion_cnn(const Run& run) {
    const Usual usual{300, 32, 9'600};
    const Parts parts = fashion(usual.of(run.shift).samples, run.shift.inputs);
    return run_shifted<Cnn, SoftmaxClassifier<10>, 2, true>(run,
                                                            data_of(parts, Extents{28, 28, 1}, usual, run));
}

}  // namespace scoreboard
