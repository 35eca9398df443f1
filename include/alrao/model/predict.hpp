#pragma once

#include <alrao/kernels/cblas.hpp>
#include <alrao/model/workspace.hpp>

// Makes Workspace available with every back end, including BLAS, which `Workspace<Net>` uses if BLAS is the
// DefaultBackend. With <alrao/model/workspace.hpp> alone, only the library's own matrix products are
// available.
