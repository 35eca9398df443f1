// expect-error: takes only the extents of one sample
#include <alrao/train/dataset.hpp>

using namespace alrao;

#ifdef MUST_FAIL
void f(const std::vector<float>& x, const std::vector<std::int32_t>& y) { Dataset data(x, y, 2); }
#else
void f(const std::vector<float>& x, const std::vector<std::int32_t>& y) {
    Dataset data(x, y, Extents{2}), other(x, y, {2});
}
#endif
