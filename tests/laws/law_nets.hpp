#pragma once

#include "layer_table.hpp"

#include <alrao/model/model.hpp>
#include <alrao/model/predict.hpp>
#include <alrao/model/training_pass.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

// A small network for each layer of the table, with layers before and after it.

namespace alrao::laws {

using SmallHead = AveragedHead<SoftmaxClassifier<3>, 4>;

template <class T, class Layer>
struct NetAround : Model<T, Input<4>, Dense<5>, Layer, Dense<4>, Tanh, SmallHead> {
    using Model<T, Input<4>, Dense<5>, Layer, Dense<4>, Tanh, SmallHead>::Model;
};
template <class T>
struct NetAround<T, Normalize> : Model<T, Input<2, 3, 2>, Normalize, Flatten, Dense<4>, Tanh, SmallHead> {
    using Model<T, Input<2, 3, 2>, Normalize, Flatten, Dense<4>, Tanh, SmallHead>::Model;
};
template <class T>
struct NetAround<T, Flatten> : Model<T, Input<2, 3, 3>, LayerNorm, Flatten, Dense<4>, Tanh, SmallHead> {
    using Model<T, Input<2, 3, 3>, LayerNorm, Flatten, Dense<4>, Tanh, SmallHead>::Model;
};
template <class T>
struct NetAround<T, BatchNorm>
    : Model<T, Input<2, 3, 3>, BatchNorm, Tanh, BatchNorm, Flatten, Dense<4>, BatchNorm, Tanh, SmallHead> {
    using Model<T, Input<2, 3, 3>, BatchNorm, Tanh, BatchNorm, Flatten, Dense<4>, BatchNorm, Tanh,
                SmallHead>::Model;
};

template <class T, std::size_t Words, std::size_t Width>
struct NetAround<T, Embedding<Words, Width>>
    : Model<T, Tokens, Embedding<Words, Width>, Dense<4>, Tanh, SmallHead> {
    using Model<T, Tokens, Embedding<Words, Width>, Dense<4>, Tanh, SmallHead>::Model;
};
template <class T, class Layer>
    requires(Law<Layer>::steps_only)
struct NetAround<T, Layer> : Model<T, Sequence<4>, Dense<5>, Layer, Dense<4>, Tanh, SmallHead> {
    using Model<T, Sequence<4>, Dense<5>, Layer, Dense<4>, Tanh, SmallHead>::Model;
};

template <class T, class Layer>
    requires(Law<Layer>::image_only)
struct NetAround<T, Layer> : Model<T, Input<5, 4, 2>, Conv2d<4, Kernel<1>>, Layer, Tanh, Flatten, SmallHead> {
    using Model<T, Input<5, 4, 2>, Conv2d<4, Kernel<1>>, Layer, Tanh, Flatten, SmallHead>::Model;
};

/// A network of these layers.
template <class T, class... Layers>
struct LawNet : Model<T, Layers..., SmallHead> {
    using Model<T, Layers..., SmallHead>::Model;
};

/// The parts of compositions.
template <std::size_t Channels, std::size_t Size = 3, class... Options>
using SameConv = Conv2d<Channels, Kernel<Size>, Padding<Size / 2>, Options...>;
template <std::size_t Channels, std::size_t Size = 3>
using ConvNormReLU = Branch<SameConv<Channels, Size, NoBias>, BatchNorm, ReLU>;

template <class T>
using ResidualNet =
    LawNet<T, Input<4, 4, 2>, ConvNormReLU<3>, Residual<ConvNormReLU<4>, SameConv<3, 3, NoBias>, BatchNorm>,
           ReLU, MaxPool2d<2>, Flatten>;
template <class T>
using ShortcutNet = LawNet<T, Input<5, 4, 2>, BatchNorm, ReLU,
                           Residual<Conv2d<4, Kernel<3>, Stride<2>, Padding<1>>, ReLU, SqueezeExcite<2>,
                                    Shortcut<Conv2d<4, Kernel<1>, Stride<2>, NoBias>>>,
                           ReLU, GlobalAveragePool2d, Residual<Dense<4>, Tanh>>;
/// An inception block: all four branches write into the joined output.
template <class T>
using InceptionNet = LawNet<T, Input<4, 4, 2>, ConvNormReLU<3>,
                            Concat<ConvNormReLU<2, 1>, Branch<ConvNormReLU<2, 1>, ConvNormReLU<3>>,
                                   Branch<SameConv<2>, ReLU, SameConv<2>, ReLU>,
                                   Branch<MaxPool2d<3, Stride<1>, Padding<1>>, ConvNormReLU<2, 1>>>,
                            AveragePool2d<2>, Flatten>;
/// Two dense blocks: each reads the outputs of all previous ones, and adds channels.
template <class T>
using DenseBlockNet =
    LawNet<T, Input<4, 4, 2>, SameConv<2>, Repeat<2, Concat<Branch<>, Branch<BatchNorm, ReLU, SameConv<2>>>>,
           BatchNorm, ReLU, GlobalAveragePool2d>;
template <class T>
using NestedConcatNet =
    LawNet<T, Input<4, 3, 2>, SameConv<2>,
           Concat<Concat<Branch<>, SameConv<1>, Branch<AveragePool2d<3, Stride<1>, Padding<1>>>>,
                  Branch<SameConv<2, 1>, GELU>, Concat<SameConv<1>>>,
           LayerNorm, Flatten>;
template <class T>
using ResidualInConcatNet =
    LawNet<T, Input<4, 3, 2>, SameConv<2>,
           Concat<Branch<Residual<SameConv<2>, Tanh>, ReLU>, Branch<>,
                  Residual<SameConv<3>, Shortcut<SameConv<3, 1>>>,
                  Branch<Residual<Concat<Branch<>, SameConv<2>>, Dropout<>, SameConv<2>>, Tanh>>,
           GlobalAveragePool2d, Dense<5>, Tanh>;
/// Values that cannot share memory and are copied: the input of the caller, one value in two joins, a flattened
/// value.
template <class T>
using CopyingNet =
    LawNet<T, Input<3, 3, 2>, Concat<Branch<>, SameConv<2>>,
           Concat<Branch<Flatten, Dense<4>>, Branch<Concat<Branch<>, SameConv<1>>, Flatten>, Flatten>,
           Residual<Tanh>, Concat<Branch<>, Branch<Dense<3>, ReLU>>>;
template <class T>
using NormalizedBranchesNet =
    LawNet<T, Input<3, 3, 2>, Normalize, Concat<Branch<>, Branch<SameConv<2>, Dropout<>>, SiLU>,
           Residual<BatchNorm, ReLU>, Flatten, Dense<4>, ReLU>;

/// Convolutions that use Winograd's transform also for one sample: with a normalisation and a ReLU after them, with a
/// bias, and with an output in the rows of a join.
template <class T>
using WinogradNet = LawNet<T, Input<5, 5, 2>, ConvNormReLU<16>,
                           Residual<ConvNormReLU<16>, SameConv<16, 3, NoBias>, BatchNorm>, ReLU,
                           Concat<Branch<SameConv<17>, ReLU>, Branch<>>, GlobalAveragePool2d>;
static_assert(by_winograd<OwnTiles<>>(1, image(5, 5, 16), 16));
static_assert(by_winograd<OwnTiles<>>(1, image(5, 5, 16), 17));

/// Normalisations that include pooling: without gradient of the input, without and with a ReLU, within a branch.
template <class T>
using PoolingNet = LawNet<T, Input<8, 4, 2>, BatchNorm, MaxPool2d<2>, ConvNormReLU<3>, MaxPool2d<2>,
                          Concat<Branch<ConvNormReLU<3>, MaxPool2d<1>>, Branch<>>, Flatten>;

/// Calls f(network, name) for each composition.
template <class T, class F>
void for_each_composition(F f) {
    f(std::type_identity<ResidualNet<T>>{}, std::string("Residual of the identity"));
    f(std::type_identity<ShortcutNet<T>>{}, std::string("Residual with a Shortcut"));
    f(std::type_identity<InceptionNet<T>>{}, std::string("Concat"));
    f(std::type_identity<DenseBlockNet<T>>{}, std::string("dense blocks"));
    f(std::type_identity<NestedConcatNet<T>>{}, std::string("Concat within Concat"));
    f(std::type_identity<ResidualInConcatNet<T>>{}, std::string("Residual within Concat"));
    f(std::type_identity<CopyingNet<T>>{}, std::string("Concat that copies"));
    f(std::type_identity<NormalizedBranchesNet<T>>{}, std::string("branches of Normalize"));
    f(std::type_identity<WinogradNet<T>>{}, std::string("Winograd's transform"));
    f(std::type_identity<PoolingNet<T>>{}, std::string("normalisation that pools"));
}

/// A network that ends in a head, with a smooth trunk.
template <class T, class Head>
struct NetBefore : Model<T, Input<4>, Dense<5>, Tanh, Head> {
    using Model<T, Input<4>, Dense<5>, Tanh, Head>::Model;
};
/// As above, for each time step of a sequence.
template <class T, class Head>
struct SequenceNet : Model<T, Sequence<4>, Dense<5>, LayerNorm, Tanh, Head> {
    using Model<T, Sequence<4>, Dense<5>, LayerNorm, Tanh, Head>::Model;
};

/// A batch with labels, targets, selected outputs and weights.
template <class Net>
struct LawBatch {
    using T = typename Net::scalar;
    static constexpr Shape in = Net::network::input_shape, out = Net::network::output_shape;

    LawBatch(std::size_t samples, std::uint64_t seed, std::size_t steps_of_each = 1)
        : batch(samples), steps(in.per_token ? steps_of_each : 1) {
        Philox random(Seed{seed}, 1);
        const std::size_t rows = batch * steps, outputs = out.channels();
        constexpr const ParameterEntry& first = Net::parameters[0];
        constexpr bool words = first.role == Role::embedding;
        for (std::size_t i = 0; i < rows * in.size(); ++i)
            inputs.push_back(static_cast<T>(words ? static_cast<double>(random.below(first.extents[0]))
                                                  : random.normal()));
        for (std::size_t r = 0; r < rows; ++r) {
            labels.push_back(static_cast<std::int32_t>(random.below(outputs)));
            sample_weights.push_back(static_cast<T>(0.25 + random.uniform()));
            for (std::size_t d = 0; d < outputs; ++d) targets.push_back(static_cast<T>(2 * random.normal()));
            one_target.push_back(targets[r * outputs]);
        }
    }
    Batch<T> labelled(bool weighted = false) const {
        return {.inputs = inputs.data(),
                .truth = {.labels = labels.data(), .weights = weighted ? sample_weights.data() : nullptr},
                .samples = batch,
                .time_steps = steps};
    }
    Batch<T> regression(bool weighted = false, bool selected = false) const {
        return {.inputs = inputs.data(),
                .truth = {.targets = selected ? one_target.data() : targets.data(),
                          .selected = selected ? labels.data() : nullptr,
                          .weights = weighted ? sample_weights.data() : nullptr},
                .samples = batch,
                .time_steps = steps};
    }
    /// The batch with the members that the head of the network needs.
    Batch<T> examples(bool weighted = false) const {
        return Net::statistics.size() > 0 && Net::statistics.back().name == "fitted" &&
                       Net::statistics.back().node + 1 == Net::node_count
                   ? regression(weighted)
                   : labelled(weighted);
    }

    std::size_t batch, steps;
    std::vector<T> inputs, targets, one_target, sample_weights;
    std::vector<std::int32_t> labels;
};

/// A model whose parameters and statistics differ from their initial values (such as 1 for scales, 0 for shifts),
/// with copies of different weights.
template <class Net>
void stir(Net& net, std::uint64_t seed) {
    using T = typename Net::scalar;
    Philox random(Seed{seed}, 2);
    for (const ParameterEntry& entry : Net::parameters)
        for (std::size_t row = 0; row < entry.rows; ++row)
            for (std::size_t c = 0; c < entry.features * entry.inner; ++c)
                net.parameter_buffer()[entry.offset + row * entry.columns + c] +=
                    static_cast<T>(0.3 * random.normal());
    for (const StatisticEntry& entry : Net::statistics)
        for (std::size_t i = 0; i < entry.size; ++i)
            net.statistic_buffer()[entry.offset + i] =
                static_cast<T>(entry.initial == 1 ? 0.5 + random.uniform() : 0.5 * random.normal());
    Posterior& posterior = net.posterior();
    double sum = 0;
    for (double& weight : posterior.log_weights) sum += weight = 0.05 + random.uniform();
    for (double& weight : posterior.log_weights) weight = std::log(weight / sum);
    posterior.memory.clear();
}

/// Calls f for all networks of the laws, by layer.
template <class T, class F>
void for_each_net(F f) {
    for_each_type(Layers{}, [&]<class Layer>(std::type_identity<Layer>) {
        f(std::type_identity<NetAround<T, Layer>>{}, name_of<Layer>());
    });
    for_each_type(Heads{}, [&]<class Head>(std::type_identity<Head>) {
        f(std::type_identity<NetBefore<T, Head>>{}, name_of<Head>());
    });
    for_each_composition<T>(f);
    f(std::type_identity<SequenceNet<T, SmallHead>>{}, std::string("a sequence"));
    f(std::type_identity<SequenceNet<T, AveragedHead<GaussianRegressor<2>, 3>>>{},
      std::string("a sequence of numbers"));
}

/// The rows of a block without the memory between them.
template <class T>
std::vector<std::remove_const_t<T>> numbers(const Block<T>& block) {
    std::vector<std::remove_const_t<T>> all;
    for (std::size_t r = 0; r < block.rows; ++r)
        all.insert(all.end(), block.row(r), block.row(r) + block.channels);
    return all;
}

/// The gradients of all parameters, without padding between parameters.
template <class Pass>
auto parameter_gradients(const Pass& pass) {
    using T = typename Pass::T;
    std::vector<T> all;
    for (const ParameterEntry& entry : Pass::network::parameters) {
        const T* first = pass.gradients().data() + entry.offset;
        all.insert(all.end(), first, first + entry.elements());
    }
    return all;
}

}  // namespace alrao::laws
