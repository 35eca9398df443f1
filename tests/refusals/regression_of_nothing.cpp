// expect-error: GaussianRegressor<Outputs> needs at least one output
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/heads.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8>, GaussianRegressor<0>> {};
#else
struct Net : Network<Input<8>, GaussianRegressor<>> {};
#endif

static_assert(sizeof(Net) > 0);
