#pragma once

#include <alrao/kernels/cblas.hpp>
#include <alrao/model/workspace.hpp>

// Workspace with any back end, including BLAS. `Workspace<Net>` uses `DefaultBackend`.
