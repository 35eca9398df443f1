// expect-error: needs a seed as third argument
#include <alrao/train/split.hpp>

using namespace alrao;

#ifdef MUST_FAIL
auto f(const Dataset<float>& data) { return split(data, 0.9); }
#else
auto f(const Dataset<float>& data) { return split(data, 0.9, Seed{1}); }
#endif
