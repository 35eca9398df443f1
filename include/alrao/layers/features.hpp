#pragma once

#include <alrao/layers/facts.hpp>
#include <alrao/layers/input.hpp>
#include <alrao/meta/fixed_string.hpp>

#include <cstddef>
#include <string_view>

namespace alrao {

namespace layers {
/// The index of a parameter in Facts::parameters; no_axis if there is none of this name.
constexpr std::size_t parameter_index(const Facts& facts, std::string_view name) {
    for (std::size_t p = 0; p < facts.parameters.size; ++p)
        if (facts.parameters[p].name == name) return p;
    return no_axis;
}

/// The parameter called `Name` of a layer that receives input `In`.
template <class Layer, meta::FixedString Name, class In>
struct NamedParameter {
    static_assert(Descriptor<Layer>, "alrao: the first argument must be a layer, such as Dense<8>");
    static_assert(NetworkInput<In>, "alrao: the input must be Input<...>, Sequence<...> or Tokens");
    static constexpr Facts facts = Layer::facts(In::shape);
    static_assert(!facts.refusal,
                  "alrao: the layer does not accept this input; put it into a Model to see the reason");
    static constexpr std::size_t index = parameter_index(facts, Name.view());
    static_assert(facts.refusal || index != no_axis, "alrao: the layer has no parameter of this name");
    static constexpr Parameter value = facts.parameters[index == no_axis ? 0 : index];
};
}  // namespace layers

/// The feature axis of a parameter: the axis along which learning rates differ. All elements with the
/// same index on this axis share one learning rate. `Name` is the name of the parameter, `In` the layer's
/// input: feature_axis_v<Conv2d<8, Kernel<3>>, "weight", Input<28, 28, 1>> is 3, the axis of the filters.
template <class Layer, meta::FixedString Name, class In>
inline constexpr std::size_t feature_axis_v = layers::NamedParameter<Layer, Name, In>::value.feature_axis;

/// The index of the feature group of a parameter within its layer. Parameters of one group, such as a
/// weight and its bias, share their learning rates.
template <class Layer, meta::FixedString Name, class In>
inline constexpr std::size_t feature_group_v = layers::NamedParameter<Layer, Name, In>::value.group;

/// The number of features of a layer, which is its number of learning rates. The features of each group
/// count once.
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
/// The number of features of `Layer` with input `In`.
template <class Layer, class In>
inline constexpr std::size_t feature_count_v = count_features(Layer::facts(In::shape));

}  // namespace alrao
