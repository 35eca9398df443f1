#pragma once

// Learning: update rules, optimizers, schedules, model averaging, and the guard against divergence.

#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/learn/averaging.hpp>
#include <alrao/learn/clipping.hpp>
#include <alrao/learn/copy_weighting.hpp>
#include <alrao/learn/divergence.hpp>
#include <alrao/learn/feature_rates.hpp>
#include <alrao/learn/guard.hpp>
#include <alrao/learn/likelihood.hpp>
#include <alrao/learn/log_uniform.hpp>
#include <alrao/learn/model_averaging.hpp>
#include <alrao/learn/one_rate.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/learn/optimizer.hpp>
#include <alrao/learn/optimizer_options.hpp>
#include <alrao/learn/optimizer_snapshot.hpp>
#include <alrao/learn/output_limits.hpp>
#include <alrao/learn/pruning.hpp>
#include <alrao/learn/pruning_record.hpp>
#include <alrao/learn/quarantine.hpp>
#include <alrao/learn/rate_groups.hpp>
#include <alrao/learn/rates.hpp>
#include <alrao/learn/retirement.hpp>
#include <alrao/learn/rule.hpp>
#include <alrao/learn/rule_memory.hpp>
#include <alrao/learn/schedule.hpp>
#include <alrao/learn/schedule_progress.hpp>
#include <alrao/learn/step.hpp>
#include <alrao/learn/step_bounds.hpp>
#include <alrao/learn/update_rule.hpp>
