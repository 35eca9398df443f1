// expect-error: with pointers a Dataset also takes the number of samples
#include <alrao/train/dataset.hpp>

using namespace alrao;

#ifdef MUST_FAIL
void f(const float* x, const std::int32_t* y) { Dataset<float> data(x, y, 10); }
#else
void f(const float* x, const std::int32_t* y) { Dataset<float> data(x, y, 10, Extents{2}); }
#endif
