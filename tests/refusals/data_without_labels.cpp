// expect-error: a Dataset needs labels or targets beside its inputs
#include <alrao/train/dataset.hpp>

using namespace alrao;

#ifdef MUST_FAIL
void f(const std::vector<float>& x, const std::vector<std::int32_t>& y) {
    Dataset<float> data(x);
    static_cast<void>(y);
}
#else
void f(const std::vector<float>& x, const std::vector<std::int32_t>& y) { Dataset<float> data(x, y); }
#endif
