#pragma once

// Predicting with a trained network: layers and the memory to run them in. Needs no BLAS.

#include <alrao/layers.hpp>

#include <alrao/model/folding.hpp>
#include <alrao/model/predict_samples.hpp>
#include <alrao/model/workspace.hpp>
