// expect-error: with pointers to targets
#include <alrao/train/dataset.hpp>

using namespace alrao;

#ifdef MUST_FAIL
void f(const float* x, const float* y) { Dataset<float> data(x, y, 10, Extents{2}); }
#else
void f(const float* x, const float* y) { Dataset<float> data(x, y, 10, {2}, 1); }
#endif
