// expect-error: takes the inputs first, then labels
#include <alrao/train/dataset.hpp>

using namespace alrao;

#ifdef MUST_FAIL
void f(const std::vector<float>& x, const std::vector<std::int32_t>& y) { Dataset data(y, x); }
#else
void f(const std::vector<float>& x, const std::vector<std::int32_t>& y) { Dataset data(x, y); }
#endif
