// expect-error: Dropout<Percent<P>> needs a rate below 100 percent
// type: Network
#include <alrao/layers/dropout.hpp>
#include <alrao/layers/network.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8>, Dropout<Percent<100>>> {};
#else
struct Net : Network<Input<8>, Dropout<Percent<99>>> {};
#endif

static_assert(sizeof(Net) > 0);
