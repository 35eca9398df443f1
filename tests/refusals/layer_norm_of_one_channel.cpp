// expect: described_by<alrao::LayerNorm>
// expect: receives<alrao::shape<28, 28, 1>
// expect: needs_more_than_one_value_per_feature, 1>
// expect-error: LayerNorm of one feature
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/normalization.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<28, 28, 1>, LayerNorm> {};
#else
struct Net : Network<Input<28, 28, 3>, LayerNorm> {};
#endif

static_assert(sizeof(Net) > 0);
