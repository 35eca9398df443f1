// expect-error: Sequence<Width> needs at least one number per step
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/lstm.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Sequence<0>, LSTM<8>> {};
#else
struct Net : Network<Sequence<1>, LSTM<8>> {};
#endif

static_assert(sizeof(Net) > 0);
