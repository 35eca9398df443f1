// expect-error: a Dataset reads contiguous numbers
#include <alrao/train/dataset.hpp>

#include <list>

using namespace alrao;

#ifdef MUST_FAIL
using Inputs = std::list<float>;
#else
using Inputs = std::vector<float>;
#endif

void f(const Inputs& x, const std::vector<std::int32_t>& y) { Dataset<float> data(x, y); }
