#pragma once

#include <alrao/layers/composition.hpp>
#include <alrao/model/folding.hpp>
#include <alrao/model/predict.hpp>
#include <alrao/ops/activation.hpp>
#include <alrao/ops/composition.hpp>
#include <alrao/ops/conv2d.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/dropout.hpp>
#include <alrao/ops/flatten.hpp>
#include <alrao/ops/gaussian_head.hpp>
#include <alrao/ops/normalization.hpp>
#include <alrao/ops/normalize.hpp>
#include <alrao/ops/pool2d.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/ops/squeeze_excite.hpp>
