// expect-error: Dropout takes its rate as Percent<P>
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/dropout.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8>, Dropout<Stride<2>>> {};
#else
struct Net : Network<Input<8>, Dropout<Percent<2>>> {};
#endif

static_assert(sizeof(Net) > 0);
