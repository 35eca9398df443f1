// expect-error: labels must be std::int32_t .targets of a regression
#include <alrao/train/dataset.hpp>

using namespace alrao;

#ifdef MUST_FAIL
using Label = std::int64_t;
#else
using Label = std::int32_t;
#endif

void f(const std::vector<float>& x, const std::vector<Label>& y) { Dataset data(x, y); }
