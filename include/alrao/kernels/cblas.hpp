#pragma once

#include <alrao/kernels/convolution/cblas.hpp>
#include <alrao/kernels/gemm/cblas.hpp>
#include <alrao/kernels/recurrence/cblas.hpp>
#include <alrao/kernels/winograd/cblas.hpp>

// Includes every kernel of the back end Cblas. The other headers of kernels/ and ops/ do not include
// them, so that a program that only predicts with OwnTiles (alrao/inference.hpp) does not depend on BLAS.
// Headers that train, or that predict with `DefaultBackend`, include this one.
