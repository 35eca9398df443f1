// expect-error: after its inputs a Dataset takes labels or targets
#include <alrao/train/dataset.hpp>

using namespace alrao;

#ifdef MUST_FAIL
void f(const std::vector<float>& x, const std::vector<std::int32_t>& y) { Dataset data(x, Extents{2}, y); }
#else
void f(const std::vector<float>& x, const std::vector<std::int32_t>& y) { Dataset data(x, y, Extents{2}); }
#endif
