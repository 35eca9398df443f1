// expect-error: .images must have the scalar type of the Dataset
#include <alrao/train/dataset.hpp>

using namespace alrao;

#ifdef MUST_FAIL
using Number = double;
#else
using Number = float;
#endif

struct Images {
    std::vector<Number> images;
    std::vector<std::int32_t> labels;
    std::size_t count, height, width, channels;
};
void f(const Images& images) { Dataset<float> data(images); }
