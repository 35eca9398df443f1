#pragma once

#include <alrao/kernels/convolution/cblas.hpp>
#include <alrao/kernels/gemm/cblas.hpp>
#include <alrao/kernels/recurrence/cblas.hpp>
#include <alrao/kernels/winograd/cblas.hpp>

// Every kernel of the back end Cblas. The other headers of kernels/ and ops/ do not include them: a
// program that predicts by own tiles (alrao/inference.hpp) then sees no BLAS. Whatever can train,
// or predicts by `DefaultBackend`, includes this header.
