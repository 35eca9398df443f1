#pragma once

#include <alrao/check/averaging.hpp>
#include <alrao/check/data_source.hpp>
#include <alrao/check/head/head.hpp>
#include <alrao/check/head/laws.hpp>
#include <alrao/check/layer/gradient_check.hpp>
#include <alrao/check/layer/laws.hpp>
#include <alrao/check/layer/layer.hpp>
#include <alrao/check/layer/reference.hpp>
#include <alrao/check/report.hpp>
#include <alrao/check/rule/laws.hpp>
#include <alrao/check/rule/rule.hpp>
