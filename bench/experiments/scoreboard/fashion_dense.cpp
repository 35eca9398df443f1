#include "problems.hpp"
#include "samples.hpp"

namespace scoreboard {

// Named: g++ 12 could merge networks of equal names in unnamed namespaces of several files.
namespace of_fashion_dense {

template <std::size_t Width, bool Norm, class Head>
struct Logistic : Model<Input<28, 28, 1>, Flatten, Head> {
    using Logistic::Model::Model;
};
template <std::size_t Width, bool Norm, class Head>
struct Mlp : Model<Input<28, 28, 1>, Flatten, Dense<256 * Width>, ReLU, Dense<256 * Width>, ReLU, Head> {
    using Mlp::Model::Model;
};
template <std::size_t Width, bool Norm, class Head>
struct Deep : Model<Input<28, 28, 1>, Flatten, Repeat<6, Branch<Dense<64 * Width>, Tanh>>, Head> {
    using Deep::Model::Model;
};

template <template <std::size_t, bool, class> class Net, std::size_t Wide>
Outcome run_dense(const Run& run, const Usual& usual) {
    const Parts parts = fashion(usual.of(run.shift).samples, run.shift.inputs);
    return run_shifted<Net, SoftmaxClassifier<10>, Wide, false>(
        run, data_of(parts, Extents{28, 28, 1}, usual, run));
}

}  // namespace of_fashion_dense

using namespace of_fashion_dense;

Outcome fashion_logistic(const Run& run) { return run_dense<Logistic, 1>(run, {800, 64, 51'200}); }
Outcome fashion_mlp(const Run& run) { return run_dense<Mlp, 4>(run, {800, 64, 51'200}); }
Outcome fashion_deep(const Run& run) { return run_dense<Deep, 4>(run, {800, 64, 51'200}); }

}  // namespace scoreboard
