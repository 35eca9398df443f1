#pragma once

// Every layer and head of the library with its forward and backward pass. No BLAS, no xtensor.

#include <alrao/ops/activation.hpp>
#include <alrao/ops/composition.hpp>
#include <alrao/ops/conv2d.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/dropout.hpp>
#include <alrao/ops/embedding.hpp>
#include <alrao/ops/flatten.hpp>
#include <alrao/ops/gaussian_head.hpp>
#include <alrao/ops/gru.hpp>
#include <alrao/ops/last_step.hpp>
#include <alrao/ops/lstm.hpp>
#include <alrao/ops/normalization.hpp>
#include <alrao/ops/normalize.hpp>
#include <alrao/ops/pool2d.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/ops/squeeze_excite.hpp>
