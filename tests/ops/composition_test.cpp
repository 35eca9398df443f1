#include <alrao/ops/composition.hpp>

#include "../laws/law_nets.hpp"
#include <doctest/doctest.h>

#include <span>

using namespace alrao;

namespace {

/// A back end that counts the bytes copied by marks.
struct Counting {
    using arch = DefaultArch;
    static inline std::size_t bytes = 0;
};

}  // namespace

namespace alrao {

template <>
void kernels::copy_rows<Counting, float>(Rows extent, Matrix<const float> from, Matrix<float> to,
                                         Threads& threads) {
    Counting::bytes += extent.rows * extent.columns * sizeof(float);
    copy_rows<OwnTiles<>, float>(extent, from, to, threads);
}

/// Marks count copied bytes; layers run as in the base back end.
template <class T, class... Layers>
struct CallTable<Counting, T, meta::List<Layers...>> : CallTable<OwnTiles<>, T, meta::List<Layers...>> {
    using Base = CallTable<OwnTiles<>, T, meta::List<Layers...>>;
    template <class Layer>
    using Of = std::conditional_t<requires { Layer::mark; }, Counting, OwnTiles<>>;
    static constexpr std::array<typename Base::Call, Base::count> forward{
        &alrao::detail::run_forward<Of<Layers>, T, Layers>...};
    static constexpr std::array<typename Base::Call, Base::count> backward{
        &alrao::detail::run_backward<Of<Layers>, T, Layers>...};
};

}  // namespace alrao

namespace {

struct Copied {
    std::size_t forward = 0, backward = 0, prediction = 0;
};

template <class Net>
Copied copied_bytes(std::size_t batch) {
    Threads threads;
    const Net net(Seed{1});
    const laws::LawBatch<Net> data(batch, 1);
    TrainingPass<Net, Counting> pass(batch, threads);
    Workspace<Net, Counting> workspace(batch, threads);
    Copied copied;
    const auto bytes_of = [](auto&& call) {
        Counting::bytes = 0;
        call();
        return Counting::bytes;
    };
    copied.forward = bytes_of([&] { pass.forward(net, data.labelled(), {1, 1}, true); });
    copied.backward = bytes_of([&] { pass.backward(net, true); });
    copied.prediction = bytes_of([&] { workspace.run(net, data.inputs.data(), batch); });
    return copied;
}

template <std::size_t Channels>
using Same = Conv2d<Channels, Kernel<3>, Padding<1>>;
template <class... Layers>
using FromImage = laws::LawNet<float, Input<4, 4, 3>, Layers...>;

}  // namespace

TEST_CASE("inception and dense blocks copy no byte where branches meet") {
    const auto check = []<class Net>(std::type_identity<Net>) {
        const Copied copied = copied_bytes<Net>(3);
        CHECK(copied.forward == 0);
        CHECK(copied.backward == 0);
        CHECK(copied.prediction == 0);
    };
    check(std::type_identity<laws::InceptionNet<float>>{});
    check(std::type_identity<laws::DenseBlockNet<float>>{});
    check(std::type_identity<laws::NestedConcatNet<float>>{});
    check(
        std::type_identity<FromImage<Same<4>,
                                     Concat<MaxPool2d<3, Stride<1>, Padding<1>>, SqueezeExcite<2>, BatchNorm,
                                            AveragePool2d<1>, LayerNorm, Branch<Same<3>, Dropout<>>>,
                                     GlobalAveragePool2d>>{});
}

TEST_CASE("values that cannot share memory are copied once") {
    // The input belongs to the caller: three channels of 16 pixels, without gradient.
    using OfInput = FromImage<Concat<Branch<>, Same<4>>, GlobalAveragePool2d>;
    const Copied copied = copied_bytes<OfInput>(5);
    CHECK(copied.forward == 5 * 16 * 3 * sizeof(float));
    CHECK(copied.backward == 0);
    CHECK(copied.prediction == copied.forward);
    // The identity of a Residual needs a copy of the gradient of the sum.
    using Identity = FromImage<Same<4>, Residual<Same<4>>, GlobalAveragePool2d>;
    const Copied sum = copied_bytes<Identity>(5);
    CHECK(sum.forward == 0);
    CHECK(sum.backward == 5 * 16 * 4 * sizeof(float));
}

TEST_CASE("a fork adds the gradients of any number of branches") {
    const std::size_t branches = 12, rows = 5, channels = 3;
    std::vector<std::vector<double>> gradients(branches, std::vector<double>(rows * channels));
    std::vector<BranchBlocks<double>> blocks(branches);
    for (std::size_t b = 0; b < branches; ++b) {
        for (std::size_t i = 0; i < rows * channels; ++i)
            gradients[b][i] = static_cast<double>((b + 1) * (i + 1));
        blocks[b].start_gradient = {gradients[b].data(), rows, channels, channels};
    }
    Threads threads;
    Context<double> context;
    context.threads = &threads;
    context.branches = blocks;
    context.input_gradient = {gradients[0].data(), rows, channels, channels};
    Op<graph::Fork>::backward<OwnTiles<>>(context);
    for (std::size_t i = 0; i < rows * channels; ++i)
        CHECK(gradients[0][i] == static_cast<double>(78 * (i + 1)));
}
