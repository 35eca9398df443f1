// A program of two units: this one calls BLAS through the library, the other one through the header of BLAS.
#include <alrao/tensor/blas.hpp>

#include "products.hpp"

int main() {
    const Matrix left{1, 2, 3, 4}, right{5, 6, 7, 8};
    Matrix ours{};
    alrao::blas::gemm<float>(false, false, 2, 2, 2, left.data(), 2, right.data(), 2, 0, ours.data(), 2);
    return ours == product_by_blas(left, right) && ours == Matrix{19, 22, 43, 50} ? 0 : 1;
}
