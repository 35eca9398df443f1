// expect-error: a layer is a descriptor
// expect: Checked<MyLayer>
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/dense.hpp>

using namespace alrao;

struct MyLayer {
    int units = 8;
};

#ifdef MUST_FAIL
struct Net : Network<Input<8>, MyLayer, Dense<4>> {};
#else
struct Net : Network<Input<8>, Dense<4>> {};
#endif

static_assert(sizeof(Net) > 0);
