// expect-error: would outlive these temporary arrays
#include <alrao/train/dataset.hpp>

using namespace alrao;

std::vector<float> read();

#ifdef MUST_FAIL
void f(const std::vector<std::int32_t>& y) { Dataset<float> data(read(), y); }
#else
void f(const std::vector<std::int32_t>& y) {
    const std::vector<float> x = read();
    Dataset<float> data(x, y);
}
#endif
