#pragma once

#include <alrao/graph/chain.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/dropout.hpp>
#include <alrao/layers/flatten.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/layers/pool2d.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

/// Random compositions as values, without instantiating a type for each.
namespace random_chain {
using namespace alrao;
using namespace alrao::graph;

/// A multiplicative (Lehmer) generator, which is good enough here.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_(2 * seed + 1) {}
    std::size_t below(std::size_t n) {
        state_ = state_ * 6364136223846793005u + 1442695040888963407u;
        return static_cast<std::size_t>((state_ >> 33) % n);
    }
    bool once_in(std::size_t n) { return below(n) == 0; }

private:
    std::uint64_t state_;
};

class Composer {
public:
    explicit Composer(std::uint64_t seed) : dice_(seed) {}

    /// A sequence of layers and compositions, starting from an image or from features.
    std::vector<LeafTable> compose(const Shape& input, std::size_t length) {
        leaves_.clear();
        Shape shape = input;
        for (std::size_t i = 0; i < length; ++i) shape = anything(shape, 0);
        return leaves_;
    }

private:
    template <class Leaf>
    Shape put(const Shape& shape) {
        leaves_.push_back(leaf_table<Leaf>());
        if constexpr (Descriptor<Leaf>) return Leaf::facts(shape).output;
        else return shape;
    }
    static bool flat(const Shape& shape) { return shape.rank() == 1; }

    Shape elementwise(const Shape& shape) {
        switch (dice_.below(6)) {
        case 0: return put<Tanh>(shape);
        case 1: return put<GELU>(shape);
        case 2: return put<Dropout<>>(shape);
        case 3: return put<ReLU>(shape);
        case 4: return put<Sigmoid>(shape);
        default: return put<ReLU>(shape);
        }
    }
    /// A layer that keeps height and width.
    Shape layer(const Shape& shape) {
        if (dice_.once_in(2)) return elementwise(shape);
        if (dice_.once_in(3)) return put<BatchNorm>(shape);
        if (dice_.once_in(6)) return put<LayerNorm>(shape);
        if (flat(shape)) return dice_.once_in(5) ? put<Flatten>(shape) : dense(shape);
        if (dice_.once_in(3)) return put<MaxPool2d<3, Stride<1>, Padding<1>>>(shape);
        return convolution(shape);
    }
    Shape dense(const Shape& shape) {
        return dice_.once_in(2) ? put<Dense<4>>(shape) : put<Dense<24>>(shape);
    }
    Shape convolution(const Shape& shape) {
        return dice_.once_in(2) ? put<Conv2d<4, Kernel<3>, Padding<1>>>(shape)
                                : put<Conv2d<24, Kernel<1>>>(shape);
    }
    /// A layer that turns an image into features.
    Shape flattened(const Shape& shape) {
        return dice_.once_in(2) ? put<Flatten>(shape) : put<GlobalAveragePool2d>(shape);
    }
    Shape anything(const Shape& shape, std::size_t depth) {
        if (depth < 4 && dice_.once_in(3)) return composition(shape, depth + 1);
        if (!flat(shape) && dice_.once_in(8)) return put<MaxPool2d<1>>(shape);
        if (!flat(shape) && depth == 0 && dice_.once_in(8))
            return shape[0] > 3 && dice_.once_in(2) ? put<MaxPool2d<2>>(shape) : flattened(shape);
        return layer(shape);
    }
    /// A branch of 0 to 3 parts that keep height and width.
    Shape branch(Shape shape, std::size_t depth, std::size_t fewest) {
        const std::size_t length = fewest + dice_.below(3);
        for (std::size_t i = 0; i < length; ++i) shape = anything(shape, depth);
        return shape;
    }
    Shape flat_branch(Shape shape, std::size_t depth) {
        shape = flattened(branch(shape, depth, 0));
        return branch(shape, depth, 0);
    }

    Shape composition(const Shape& shape, std::size_t depth) {
        return dice_.once_in(2) ? residual(shape, depth) : concat(shape, depth);
    }
    Shape concat(const Shape& shape, std::size_t depth) {
        const bool to_features = depth == 1 && !flat(shape) && dice_.once_in(4);
        const std::size_t branches = 1 + dice_.below(3), empty = dice_.below(4);
        Shape joined = shape;
        std::size_t channels = 0;
        put<graph::Fork>(shape);
        for (std::size_t b = 0; b < branches; ++b) {
            if (b > 0) put<NextBranch>(shape);
            joined = to_features ? flat_branch(shape, depth) : b == empty ? shape : branch(shape, depth, 1);
            channels += joined.channels();
        }
        put<Join>(joined);
        joined.extents.extent[joined.rank() - 1] = channels;
        return joined;
    }
    Shape residual(const Shape& shape, std::size_t depth) {
        put<graph::Fork>(shape);
        const std::size_t kind = dice_.below(5);
        Shape result = shape;
        if (kind == 0) {  // identity next to elementwise layers
            elementwise(shape);
            put<NextBranch>(shape);
        } else if (kind == 4) {  // the input next to a layer
            put<NextBranch>(shape);
            elementwise(shape);
        } else if (kind == 1 && depth == 1 && !flat(shape)) {  // both sides to features
            result = put<Dense<24>>(flat_branch(shape, depth));
            put<NextBranch>(shape);
            put<Dense<24>>(flat_branch(shape, depth));
        } else {
            const auto fit = [&](const Shape& before) {
                return flat(before) ? put<Dense<4>>(before) : put<Conv2d<4, Kernel<3>, Padding<1>>>(before);
            };
            result = fit(branch(shape, depth, 0));
            if (dice_.once_in(2)) result = elementwise(result);
            put<NextBranch>(shape);
            fit(dice_.once_in(3) ? branch(shape, depth, 0) : shape);
        }
        put<Add>(result);
        return result;
    }

    Dice dice_;
    std::vector<LeafTable> leaves_{};
};

/// Creates a composition of exactly Count leaves; returns false if this seed gives none.
template <std::size_t Count>
bool random_leaves(std::uint64_t seed, const Shape& input, std::array<LeafTable, Count>& leaves) {
    std::vector<LeafTable> some = Composer(seed).compose(input, Count / 4);
    if (some.size() > Count) return false;
    while (some.size() < Count) some.push_back(leaf_table<Tanh>());
    for (std::size_t i = 0; i < Count; ++i) leaves[i] = some[i];
    return true;
}

}  // namespace random_chain
