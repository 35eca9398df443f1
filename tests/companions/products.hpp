#pragma once

#include <array>

using Matrix = std::array<float, 4>;

/// The product of two 2 x 2 matrices.
Matrix product_by_blas(const Matrix& left, const Matrix& right);
