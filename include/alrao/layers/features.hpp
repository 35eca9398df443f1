#pragma once

#include <alrao/layers/facts.hpp>
#include <alrao/layers/input.hpp>
#include <alrao/meta/fixed_string.hpp>

#include <cstddef>
#include <string_view>

namespace alrao {

namespace layers {
constexpr std::size_t parameter_index(const Facts& facts, std::string_view name) {
    for (std::size_t p = 0; p < facts.parameters.size; ++p)
        if (facts.parameters[p].name == name) return p;
    return no_axis;
}

/// A parameter of a layer, for an input, by its name.
template <class Layer, meta::FixedString Name, class In>
struct NamedParameter {
    static_assert(Descriptor<Layer>, "alrao: features are asked of a layer, such as Dense<8>");
    static_assert(NetworkInput<In>, "alrao: what the layer is given is Input<...>, Sequence<...>, Tokens");
    static constexpr Facts facts = Layer::facts(In::shape);
    static_assert(!facts.refusal, "alrao: the layer refuses this input; in a network it says why");
    static constexpr std::size_t index = parameter_index(facts, Name.view());
    static_assert(facts.refusal || index != no_axis, "alrao: the layer has no parameter of this name");
    static constexpr Parameter value = facts.parameters[index == no_axis ? 0 : index];
};
}  // namespace layers

/// The axis along which the features of a parameter lie, that is, the one along which learning rates
/// differ: feature_axis_v<Conv2d<8, Kernel<3>>, "weight", Input<28, 28, 1>> is 3.
template <class Layer, meta::FixedString Name, class In>
inline constexpr std::size_t feature_axis_v = layers::NamedParameter<Layer, Name, In>::value.feature_axis;

/// The feature group of a parameter in its layer: parameters of one group share their rates.
template <class Layer, meta::FixedString Name, class In>
inline constexpr std::size_t feature_group_v = layers::NamedParameter<Layer, Name, In>::value.group;

/// How many features, so learning rates, a layer has: those of each of its groups, once.
constexpr std::size_t count_features(const Facts& facts) {
    std::size_t sum = 0;
    for (std::size_t p = 0; p < facts.parameters.size; ++p) {
        const Parameter& parameter = facts.parameters[p];
        bool first_of_group = true;
        for (std::size_t q = 0; q < p; ++q)
            first_of_group = first_of_group && facts.parameters[q].group != parameter.group;
        if (first_of_group && parameter.feature_axis < parameter.extents.rank)
            sum += parameter.extents[parameter.feature_axis];
    }
    return sum;
}
template <class Layer, class In>
inline constexpr std::size_t feature_count_v = count_features(Layer::facts(In::shape));

}  // namespace alrao
