#pragma once

// A network with its numbers: parameters, memory to run in, predictions, a check of gradients.

#include <alrao/model/arrays.hpp>
#include <alrao/model/batch.hpp>
#include <alrao/model/carried_state.hpp>
#include <alrao/model/data_place.hpp>
#include <alrao/model/folding.hpp>
#include <alrao/model/gradient_check.hpp>
#include <alrao/model/initialization.hpp>
#include <alrao/model/model.hpp>
#include <alrao/model/posterior.hpp>
#include <alrao/model/predict.hpp>
#include <alrao/model/predict_arrays.hpp>
#include <alrao/model/predict_samples.hpp>
#include <alrao/model/state_dict.hpp>
#include <alrao/model/training_pass.hpp>
#include <alrao/model/views.hpp>
#include <alrao/model/workspace.hpp>
