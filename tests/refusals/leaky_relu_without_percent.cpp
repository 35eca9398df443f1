// expect-error: LeakyReLU takes its slope as Percent<P>
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8>, LeakyReLU<Kernel<1>>> {};
#else
struct Net : Network<Input<8>, LeakyReLU<>> {};
#endif

static_assert(sizeof(Net) > 0);
