// expect-error: would outlive these temporary choices
#include <alrao/train/dataset.hpp>

using namespace alrao;

#ifdef MUST_FAIL
void f(const Dataset<float>& data, std::vector<std::int32_t> (&read)()) { data.with_selected(read()); }
#else
void f(const Dataset<float>& data, std::vector<std::int32_t> (&read)()) {
    const auto chosen = read();
    static_cast<void>(data.with_selected(chosen));
}
#endif
