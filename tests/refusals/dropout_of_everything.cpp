// expect-error: Dropout<Percent<P>> needs a rate below 100 percent
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/dropout.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8>, Dropout<Percent<100>>> {};
#else
struct Net : Network<Input<8>, Dropout<Percent<99>>> {};
#endif

static_assert(sizeof(Net) > 0);
