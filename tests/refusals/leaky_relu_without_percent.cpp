// expect-error: LeakyReLU takes its slope as Percent<P>
// type: Network
#include <alrao/layers/activation.hpp>
#include <alrao/layers/network.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8>, LeakyReLU<Kernel<1>>> {};
#else
struct Net : Network<Input<8>, LeakyReLU<>> {};
#endif

static_assert(sizeof(Net) > 0);
