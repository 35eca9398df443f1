#pragma once

// Layers, compositions and heads, and networks of them as types.

// what they are
#include <alrao/layers/activation.hpp>
#include <alrao/layers/composition.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/dropout.hpp>
#include <alrao/layers/embedding.hpp>
#include <alrao/layers/facts.hpp>
#include <alrao/layers/features.hpp>
#include <alrao/layers/flatten.hpp>
#include <alrao/layers/gru.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/input.hpp>
#include <alrao/layers/kernel_traits.hpp>
#include <alrao/layers/last_step.hpp>
#include <alrao/layers/lstm.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/layers/pool2d.hpp>
#include <alrao/layers/recurrence.hpp>
#include <alrao/layers/squeeze_excite.hpp>
#include <alrao/layers/window_facts.hpp>

// networks: shapes, parameters, memory, refusals, a summary
#include <alrao/graph/folding.hpp>
#include <alrao/graph/network.hpp>
#include <alrao/graph/summary.hpp>

// what they do
#include <alrao/ops/activation.hpp>
#include <alrao/ops/batch_loss.hpp>
#include <alrao/ops/composition.hpp>
#include <alrao/ops/context.hpp>
#include <alrao/ops/conv2d.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/density_loss.hpp>
#include <alrao/ops/dropout.hpp>
#include <alrao/ops/embedding.hpp>
#include <alrao/ops/flatten.hpp>
#include <alrao/ops/gaussian_head.hpp>
#include <alrao/ops/gru.hpp>
#include <alrao/ops/head.hpp>
#include <alrao/ops/head_loss.hpp>
#include <alrao/ops/last_step.hpp>
#include <alrao/ops/lstm.hpp>
#include <alrao/ops/normalization.hpp>
#include <alrao/ops/normalize.hpp>
#include <alrao/ops/op.hpp>
#include <alrao/ops/pool2d.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/ops/squeeze_excite.hpp>
#include <alrao/ops/views.hpp>
