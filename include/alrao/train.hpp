#pragma once

// Training: data sets, fit, evaluate, predict, history and callbacks.

#include <alrao/train/any_source.hpp>
#include <alrao/train/augmentation.hpp>
#include <alrao/train/augmented.hpp>
#include <alrao/train/batches.hpp>
#include <alrao/train/callback.hpp>
#include <alrao/train/data_source.hpp>
#include <alrao/train/dataset.hpp>
#include <alrao/train/dataset_reader.hpp>
#include <alrao/train/evaluate.hpp>
#include <alrao/train/evaluation.hpp>
#include <alrao/train/events.hpp>
#include <alrao/train/fit.hpp>
#include <alrao/train/fit_options.hpp>
#include <alrao/train/history.hpp>
#include <alrao/train/predict.hpp>
#include <alrao/train/predict_sequences.hpp>
#include <alrao/train/split.hpp>
#include <alrao/train/streams.hpp>
#include <alrao/train/task.hpp>
#include <alrao/train/trainer.hpp>

// callbacks
#include <alrao/train/callbacks/csv_logger.hpp>
#include <alrao/train/callbacks/early_stopping.hpp>
#include <alrao/train/callbacks/fit_summary.hpp>
#include <alrao/train/callbacks/posterior_bars.hpp>
#include <alrao/train/callbacks/progress_bar.hpp>
#include <alrao/train/callbacks/timer_stop.hpp>
