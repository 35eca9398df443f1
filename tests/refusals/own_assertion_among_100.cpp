// expect-error: mine: Scaled<N> needs N above 0
// expect: Scaled<0>
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/flatten.hpp>
#include <alrao/layers/heads.hpp>

using namespace alrao;

/// A user's layer with its own static_assert. It comes last because a compiler stops there.
template <std::size_t N>
struct Scaled {
    static constexpr std::string_view name = "Scaled";
    static constexpr Facts facts(const Shape& input) { return Facts::same_shape(input); }
    static_assert(N > 0, "mine: Scaled<N> needs N above 0");
};

#ifdef MUST_FAIL
using Odd = Scaled<0>;
#else
using Odd = Scaled<1>;
#endif

struct Net : Network<Input<28, 28, 1>,
#include "ninety_six_layers.inc"
                     , Odd, Flatten, ReLU, SoftmaxClassifier<10>> {
};

static_assert(sizeof(Net) > 0);
