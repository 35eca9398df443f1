#pragma once

// Layers, compositions and heads, networks of them as types, and what a layer or head of your own is made of.

// the library's layers and heads
#include <alrao/layers/composition.hpp>
#include <alrao/layers/input.hpp>
#include <alrao/ops.hpp>

// networks: shapes, parameters, memory, refusals, a summary
#include <alrao/graph/folding.hpp>
#include <alrao/graph/network.hpp>
#include <alrao/graph/summary.hpp>

// a layer or head of your own: what it states, and what its forward and backward are given
#include <alrao/layers/facts.hpp>
#include <alrao/layers/features.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/kernel_traits.hpp>
#include <alrao/layers/recurrence.hpp>
#include <alrao/layers/window_facts.hpp>
#include <alrao/ops/batch_loss.hpp>
#include <alrao/ops/context.hpp>
#include <alrao/ops/density_loss.hpp>
#include <alrao/ops/head.hpp>
#include <alrao/ops/head_loss.hpp>
#include <alrao/ops/op.hpp>
#include <alrao/ops/views.hpp>
