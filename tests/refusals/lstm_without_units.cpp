// expect-error: LSTM<Hidden> needs at least one unit
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/lstm.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Sequence<8>, LSTM<0>> {};
#else
struct Net : Network<Sequence<8>, LSTM<1>> {};
#endif

static_assert(sizeof(Net) > 0);
