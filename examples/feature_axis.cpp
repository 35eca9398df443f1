// Features and their learning rates: the program of docs/feature_axis.md.
#include <alrao/alrao.hpp>

#include <cstddef>
#include <iostream>
using namespace alrao;

// [traits]
// Dense: weight [inputs, units], bias [units]. A feature is a unit.
static_assert(feature_axis_v<Dense<8>, "weight", Input<4>> == 1);
static_assert(feature_axis_v<Dense<8>, "bias", Input<4>> == 0);
// Both parameters are in one group: a unit's weights and its bias share one rate.
static_assert(feature_group_v<Dense<8>, "weight", Input<4>> == feature_group_v<Dense<8>, "bias", Input<4>>);
static_assert(feature_count_v<Dense<8>, Input<4>> == 8);

// Conv2d: weight [height, width, channels, filters]. A feature is a filter.
static_assert(feature_axis_v<Conv2d<6, Kernel<3>>, "weight", Input<28, 28, 1>> == 3);

// LSTM: input_weight [inputs, gates, units]. A feature is a unit with its four gates.
static_assert(feature_axis_v<LSTM<16>, "input_weight", Sequence<3>> == 2);
static_assert(feature_count_v<LSTM<16>, Sequence<3>> == 16);

// SqueezeExcite contains two dense layers, so it has two groups: 2 units and 6 channels.
static_assert(feature_count_v<SqueezeExcite<2>, Input<8, 8, 6>> == 2 + 6);
// [/traits]

// [network]
struct Net : Model<Input<4>, Dense<8>, ReLU, Dense<3>, ReLU, AveragedHead<SoftmaxClassifier<2>, 5>> {
    using Model::Model;
};
static_assert(Net::feature_count == 8 + 3);  // the copies of the head are not counted
// [/network]

int main() {
    // [rates]
    const Net net{Seed{1}};
    const AlraoOptimizer optimizer{net, LogUniform{1e-5, 10}, Seed{2}};
    const auto& parameters = Net::network::parameters;
    for (std::size_t p = 0; p < parameters.size(); ++p) {
        std::cout << parameters[p].layer << ' ' << parameters[p].name << ':';
        for (std::size_t f = 0; f < parameters[p].features; ++f)
            std::cout << ' ' << optimizer.rates().of(p, f);
        std::cout << '\n';
    }
    // [/rates]
    for (std::size_t f = 0; f < 8; ++f)
        if (optimizer.rates().of(0, f) < optimizer.rates().of(1, f) ||
            optimizer.rates().of(0, f) > optimizer.rates().of(1, f))
            return 1;
    return 0;
}
