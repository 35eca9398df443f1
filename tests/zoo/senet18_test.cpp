#include <alrao/zoo/senet18.hpp>

#include "../networks/one_step.hpp"

using namespace alrao;
using TenCopies = AveragedHead<SoftmaxClassifier<10>, 10>;

// Counted by hand. A convolution from c to d channels has 9 c d weights and no bias, a shortcut c d; BatchNorm of c
// channels 2 c; gates of d channels, with d/16 between, (d + 1) d/16 + (d/16 + 1) d.
//   first convolution and BatchNorm      1,728 + 128                                       =     1,856
//   stage 1, block 1 and 2, each         128 + 36,864 + 128 + 36,864 + 580                 =    74,564
//   stage 2, block 1                     128 + 73,728 + 256 + 147,456 + 2,184 + 8,192      =   231,944
//            block 2                     256 + 147,456 + 256 + 147,456 + 2,184             =   297,608
//   stage 3, block 1                     256 + 294,912 + 512 + 589,824 + 8,464 + 32,768    =   926,736
//            block 2                     512 + 589,824 + 512 + 589,824 + 8,464             = 1,189,136
//   stage 4, block 1                     512 + 1,179,648 + 1,024 + 2,359,296 + 33,312 + 131,072 = 3,704,864
//            block 2                     1,024 + 2,359,296 + 1,024 + 2,359,296 + 33,312    = 4,753,952
//   classes                              (512 + 1) 10                                      =     5,130
static_assert(1'856 + 2 * 74'564 + 231'944 + 297'608 + 926'736 + 1'189'136 + 3'704'864 + 4'753'952 + 5'130 ==
              11'260'354);
static_assert(zoo::SENet18<>::parameter_count == 11'260'354);
static_assert(zoo::SENet18<TenCopies>::parameter_count == 11'260'354 + 9 * 5'130);
static_assert(zoo::SENet18<SoftmaxClassifier<10>, 2>::parameter_count > 3 * 11'260'354);
static_assert(zoo::SENet18<SoftmaxClassifier<10>, 2>::output_shape == features(10));

TEST_CASE("SENet18 learns") { networks::check_two_steps<zoo::SENet18<TenCopies>::network>(); }
