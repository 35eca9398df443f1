// expect-error: an augmentation must be copyable and callable as augment
#include <alrao/train/augmentation.hpp>

using namespace alrao;

#ifdef MUST_FAIL
const AnyAugmentation<float> augmentation = [](std::span<float>) {};
#else
const AnyAugmentation<float> augmentation = [](std::span<const float> from, const Extents&,
                                               std::span<float> to, Philox&) { to[0] = from[0]; };
#endif
