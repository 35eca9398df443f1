// expect-error: has the scalar type of its arrays
#include <alrao/train/dataset.hpp>

using namespace alrao;

#ifdef MUST_FAIL
void f(const Dataset<double>& given) { Dataset<float> data(given); }
#else
void f(const Dataset<double>& given) { Dataset<double> data(given); }
#endif
