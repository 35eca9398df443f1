// expect-error: Shortcut<\.\.\.> must be the last argument of a Residual
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/dense.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8>, Dense<8>, Shortcut<Dense<8>>> {};
#else
struct Net : Network<Input<8>, Residual<Dense<8>, Shortcut<Dense<8>>>> {};
#endif

static_assert(sizeof(Net) > 0);
