// expect-error: LeakyReLU<Percent<P>> needs a slope above 0; a slope of 0 is ReLU
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8>, LeakyReLU<Percent<0>>> {};
#else
struct Net : Network<Input<8>, LeakyReLU<Percent<1>>> {};
#endif

static_assert(sizeof(Net) > 0);
