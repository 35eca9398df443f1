#pragma once

// Everything a program needs to run a trained network: layers, models, folding of BatchNorm, predictions.
// Contains no training code and does not need BLAS.

#include <alrao/ops.hpp>

#include <alrao/layers/composition.hpp>
#include <alrao/model/folding.hpp>
#include <alrao/model/predict_samples.hpp>
#include <alrao/model/workspace.hpp>
