#pragma once

// Models: a network with its parameters, the workspace it runs in, predictions, its description, access to
// its arrays.

#include <alrao/model/arrays.hpp>
#include <alrao/model/batch.hpp>
#include <alrao/model/carried_state.hpp>
#include <alrao/model/data_place.hpp>
#include <alrao/model/describe.hpp>
#include <alrao/model/folding.hpp>
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
