// expect-error: a part is given by the indices of its samples
#include <alrao/train/dataset.hpp>

using namespace alrao;

#ifdef MUST_FAIL
void f(const Dataset<float>& data, const std::vector<int>& some) { data.part(some); }
#else
void f(const Dataset<float>& data, const std::vector<int>& some) {
    static_cast<void>(data.part({some.begin(), some.end()}));
}
#endif
