// expect-error: inputs must have the scalar type of the Dataset
#include <alrao/train/dataset.hpp>

using namespace alrao;

#ifdef MUST_FAIL
using Number = double;
#else
using Number = float;
#endif

void f(const std::vector<Number>& x, const std::vector<std::int32_t>& y) { Dataset<float> data(x, y); }
