// expect-error: a Dataset has no default constructor
#include <alrao/train/dataset.hpp>

using namespace alrao;

#ifdef MUST_FAIL
void f(const std::vector<float>& x, const std::vector<std::int32_t>& y) {
    Dataset<float> data;
    static_cast<void>(x);
    static_cast<void>(y);
}
#else
void f(const std::vector<float>& x, const std::vector<std::int32_t>& y) { Dataset<float> data(x, y); }
#endif
