#pragma once

#include <alrao/kernels/cblas.hpp>
#include <alrao/model/workspace.hpp>

// A Workspace with whatever back end: `Workspace<Net>` computes its products by `DefaultBackend`,
// which may be BLAS.
