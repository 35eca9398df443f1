// expect-error: these rows are separate arrays
#include <alrao/train/dataset.hpp>

using namespace alrao;

#ifdef MUST_FAIL
void f(const std::vector<std::vector<float>>& rows, const std::vector<std::int32_t>& y) {
    Dataset data(rows, y);
}
#else
void f(const std::vector<std::vector<float>>& rows, const std::vector<std::int32_t>& y) {
    Dataset data(rows[0], y);
}
#endif
