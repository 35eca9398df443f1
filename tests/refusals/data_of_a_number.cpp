// expect-error: is constructed from arrays: inputs first
#include <alrao/train/dataset.hpp>

using namespace alrao;

#ifdef MUST_FAIL
void f(const std::vector<float>& x, const std::vector<std::int32_t>& y) { Dataset<float> data(5, x, y); }
#else
void f(const std::vector<float>& x, const std::vector<std::int32_t>& y) { Dataset<float> data(x, y); }
#endif
