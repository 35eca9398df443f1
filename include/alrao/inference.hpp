#pragma once

// Predicting with a trained network: layers, and the memory to run them in. Needs no BLAS.

#include <alrao/ops.hpp>

#include <alrao/layers/composition.hpp>
#include <alrao/model/folding.hpp>
#include <alrao/model/predict_samples.hpp>
#include <alrao/model/workspace.hpp>
