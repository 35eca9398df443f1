// expect-error: Dense<Units, Options\.\.\.> takes one option, NoBias
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/dense.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8>, Dense<8, Kernel<3>>> {};
#else
struct Net : Network<Input<8>, Dense<8, NoBias>> {};
#endif

static_assert(sizeof(Net) > 0);
