#pragma once

// Pictures (SVG) and a page (HTML) about a training. Not part of alrao/alrao.hpp. Needs no other library.

#include <alrao/report/axis.hpp>
#include <alrao/report/frame.hpp>
#include <alrao/report/heat_map.hpp>
#include <alrao/report/histogram.hpp>
#include <alrao/report/line_plot.hpp>
#include <alrao/report/rate_spectrum.hpp>
#include <alrao/report/report.hpp>
#include <alrao/report/run_curves.hpp>
#include <alrao/report/sparkline.hpp>
#include <alrao/report/svg.hpp>
