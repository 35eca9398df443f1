// expect: at_layer<0, 0, 0, 0, 0, 0, 0, 0>
// expect: needs_fewer_compositions_around_it, 8>
// expect-error: within too many
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/dense.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net
    : Network<Input<8>,
              Residual<Residual<Residual<Residual<Residual<Residual<Residual<Residual<Dense<8>>>>>>>>>> {};
#else
struct Net
    : Network<Input<8>, Residual<Residual<Residual<Residual<Residual<Residual<Residual<Dense<8>>>>>>>>> {};
#endif

static_assert(sizeof(Net) > 0);
