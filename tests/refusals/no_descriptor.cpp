// expect-error: a layer is a descriptor
// expect: Checked<MyLayer>
// type: Network
#include <alrao/layers/dense.hpp>
#include <alrao/layers/network.hpp>

using namespace alrao;

struct MyLayer {
    static constexpr std::string_view name = "MyLayer";
};

#ifdef MUST_FAIL
struct Net : Network<Input<8>, MyLayer, Dense<4>> {};
#else
struct Net : Network<Input<8>, Dense<4>> {};
#endif

static_assert(sizeof(Net) > 0);
