// expect-error: chosen outputs must be std::int32_t
#include <alrao/train/dataset.hpp>

using namespace alrao;

#ifdef MUST_FAIL
using Choice = std::int64_t;
#else
using Choice = std::int32_t;
#endif

auto f(const Dataset<float>& data, const std::vector<Choice>& chosen) { return data.with_selected(chosen); }
