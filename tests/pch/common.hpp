// What most tests read first and does not change: vectors and arrays of other libraries. Parsed once per program.
#include <alrao/tensor/simd.hpp>
#include <alrao/tensor/xtensor.hpp>

#include <doctest/doctest.h>
