// expect-error: check_extents of an augmentation must be public and const
#include <alrao/train/augmentation.hpp>

using namespace alrao;

#ifdef MUST_FAIL
#define CONST
#else
#define CONST const
#endif

struct Copy {
    void operator()(std::span<const float> from, const Extents&, std::span<float> to, Philox&) const {
        to[0] = from[0];
    }
    void check_extents(const Extents&) CONST {}
};
const AnyAugmentation<float> augmentation = Copy{};
