// expect-error: SqueezeExcite<Reduced> needs at least one reduced unit
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/squeeze_excite.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8, 8, 3>, SqueezeExcite<0>> {};
#else
struct Net : Network<Input<8, 8, 3>, SqueezeExcite<1>> {};
#endif

static_assert(sizeof(Net) > 0);
