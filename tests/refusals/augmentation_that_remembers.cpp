// expect-error: an augmentation is called on a const object
#include <alrao/train/augmentation.hpp>

using namespace alrao;

#ifdef MUST_FAIL
#define MUTABLE mutable
#else
#define MUTABLE
#endif

const AnyAugmentation<float> augmentation =
    [seen = 0](std::span<const float> from, const Extents&, std::span<float> to, Philox&)
        MUTABLE { to[0] = from[0] + static_cast<float>(seen); };
